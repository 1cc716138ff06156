/** What the local system is started with, and what it offers. */
import type { Settings } from "../lib/settings.ts";
import type { FiredAlarm } from "./alarms/alarms.ts";
import type { CloudTrailRecord } from "./aws/cloudtrail.ts";
import type { Faults } from "./aws/faults.ts";
import type { MappingFaults } from "./event-sources/faults.ts";
import type { BusEvent } from "./events/rules.ts";
import type { LocalStack, Statement } from "./stack.ts";
import type { TrailFaults } from "./trail/faults.ts";
import type { Trails } from "./trail/trails.ts";

export interface LocalPorts {
  readonly api: number;
  readonly aws: number;
  readonly standIn: number;
  readonly actingProxy: number;
  readonly deleteOwner: number;
}

export interface LocalSystemOptions {
  /** 0: any that is free. */
  readonly ports: LocalPorts;
  /** Keeps tables, keys, CloudTrail records and the token issuer's key; without it all is in memory. */
  readonly dataDirectory?: string;
  readonly settings?: Partial<Settings>;
  /** More origins whose pages may call the API. */
  readonly origins?: readonly string[];
  /** For tests: another stack than the template's, say with an action less. */
  readonly editStack?: (stack: LocalStack) => LocalStack;
  /** For tests, which start many: a folder with the bundles of all functions. */
  readonly bundles?: string | undefined;
  /** How long an on-demand rotation of a KMS key takes (default 0: at once). */
  readonly rotationMs?: number;
  /** For tests: failures of AWS on purpose. */
  readonly faults?: Faults;
  /** For tests: what becomes of the batches of event source mappings on purpose. */
  readonly mappingFaults?: MappingFaults;
  /** From a call to the file of CloudTrail's that has it, at the least (default 5; AWS's is about 300). */
  readonly trailDelaySeconds?: number;
  /** Between two digests of CloudTrail's (default 60, where AWS's are an hour apart). */
  readonly digestSeconds?: number;
  /** For tests: what becomes of CloudTrail's deliveries on purpose. */
  readonly trailFaults?: TrailFaults;
  /** A trail of the account's that is none of the stack's, for `trail: "existing"`; its bucket is made. */
  readonly accountTrail?: { readonly bucket: string; readonly prefix?: string };
  /** Whether the API's address has the demo page, at `/` (default: no). */
  readonly demo?: boolean;
  /** Told what is being done, step by step. */
  readonly onProgress?: (step: string) => void;
  /** Told every line that a function logs. */
  readonly onLogLine?: (line: string) => void;
  /** Told when an alarm goes off. */
  readonly onAlarm?: (alarm: FiredAlarm) => void;
}

export interface LocalSystem {
  /** Addresses, without a slash at the end. */
  readonly api: string;
  readonly awsEndpoint: string;
  readonly standIn: string;
  /** The functions of back ends, at URLs of their own: each request is signed, as for `lambda`. */
  readonly actingProxy: string;
  readonly deleteOwner: string;
  /** As it is deployed now. */
  readonly stack: LocalStack;
  /** A signed token for the API; `expiresIn` in seconds. */
  token(subject: string, expiresIn?: number): Promise<string>;
  /** The access key id under which a call is made with a function's role. */
  accessKeyIdOf(functionName: string): string;
  /** The same of a role: any of the stack's, or one of `actingRoles`. */
  accessKeyIdOfRole(roleArn: string): string;
  /**
   * The access key id under which a call is made by this user or role: of any account, with these statements as its
   * identity policies, none if nothing is said. Every other access key id is an administrator's.
   */
  addPrincipal(arn: string, statements?: readonly Statement[]): string;
  cloudTrailRecords(): CloudTrailRecord[];
  /** Its deliveries, without waiting for their time. */
  readonly trails: Pick<Trails, "flush" | "release" | "digest">;
  /** The alarms that have gone off, the first first. */
  alarms(): readonly FiredAlarm[];
  /** What the functions logged, the last 20,000 lines. */
  logLines(): readonly string[];
  /** Fires a rule of EventBridge at once; false where there is none of that name that is enabled. */
  fireRule(name: string): boolean;
  /** An event on EventBridge's default bus, for the rules with a pattern. */
  putEvent(event: BusEvent): void;
  /** Settles when every event source mapping has read all that its stream has, and is done with it. */
  streamsSettled(): Promise<void>;
  /**
   * As `cdk deploy` with changed settings: the stack is synthesised again and takes the place of the one that
   * runs, under requests that go on. Changes add up; addresses stay.
   *
   * @throws {StartRefused} for a setting that is not allowed; nothing is changed then.
   */
  deploy(changes: Partial<Settings>): Promise<void>;
  close(): Promise<void>;
}
