import type { Alarms } from "../alarms/alarms.ts";
import type { AwsEndpoint } from "../aws/endpoint.ts";
import { AwsError } from "../aws/protocol.ts";
import { Access } from "../aws/s3/access.ts";
import type { LambdaService } from "../lambda/service.ts";
import type { EventSourceMappingResource } from "../stack.ts";
import { NotInvoked } from "./batch.ts";
import type { MappingFaults } from "./faults.ts";
import { EventSourceMappings } from "./mappings.ts";

export interface LocalMappingsOptions {
  readonly aws: AwsEndpoint;
  readonly lambda: LambdaService;
  /** Keeps how far each is. */
  readonly file?: string | undefined;
  readonly faults?: MappingFaults | undefined;
  readonly alarms: Alarms;
}

/** The mappings of the local system: its streams, its functions, its buckets. */
export function localMappings({
  aws,
  lambda,
  file,
  faults,
  alarms,
}: LocalMappingsOptions): EventSourceMappings {
  const callerOf = ({ functionArn }: EventSourceMappingResource) => aws.role(lambda.roleOf(functionArn));
  return new EventSourceMappings({
    streams: aws.streams,
    callerOf,
    async invoke(functionArn, event, kill) {
      return lambda.invokeByArn(functionArn, event, kill).catch((error: unknown) => {
        throw error instanceof AwsError ? new NotInvoked() : error;
      });
    },
    putObject(mapping, bucket, name, body) {
      new Access(callerOf(mapping), aws.objects.bucket(bucket)).allowOnObject("PutObject", name);
      aws.objects.put(bucket, name, { body: Buffer.from(body), contentType: "application/json" });
    },
    count: (metric, of) => alarms.count(`AWS/Lambda/${of}/${metric}`),
    now: () => new Date(),
    file,
    faults,
  });
}
