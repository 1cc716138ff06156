import type { AwsService, Caller } from "../aws/protocol.ts";
import type { EventSourceMappingResource } from "../stack.ts";
import type { MappingFaults } from "./faults.ts";

/** What of DynamoDB's streams a mapping needs. */
export interface StreamSource {
  readonly service: AwsService;
  /** Called after each record that is added; returns what ends that. */
  onRecord(listener: (tableName: string, shardId: string) => void): () => void;
  /** The highest sequence number so far. */
  lastSequence(): string;
}

export interface MappingServices {
  readonly streams: StreamSource;
  /** The role of the mapping's function, with its permissions as they are now. */
  readonly callerOf: (mapping: EventSourceMappingResource) => Caller;
  /**
   * What the function returned; `kill` ends its environment.
   *
   * @throws NotInvoked where it was not asked, anything else where it failed.
   */
  readonly invoke: (functionArn: string, event: unknown, kill?: AbortSignal) => Promise<unknown>;
  /** Under the role of the mapping's function. @throws AwsError where it may not, or there is no such bucket. */
  readonly putObject: (
    mapping: EventSourceMappingResource,
    bucket: string,
    name: string,
    body: string,
  ) => void;
  /** Told what Lambda counts: by metric, and of which function or mapping. */
  readonly count?: ((metric: string, of: string) => void) | undefined;
  readonly now: () => Date;
  /** Keeps how far each is. */
  readonly file?: string | undefined;
  readonly faults?: MappingFaults | undefined;
}
