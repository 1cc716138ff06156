/** Failures on purpose, for tests: what AWS answers when it throttles, fails, or its answer is lost. */
import type { AwsCall, AwsError } from "./protocol.ts";

export type ServiceName =
  "cloudformation" | "cloudtrail" | "dynamodb" | "dynamodbstreams" | "kms" | "lambda" | "s3" | "sts";

export interface Fault {
  readonly error: AwsError;
  /** `before`: nothing is done. `after`: it is done, and then its answer is lost to this error. */
  readonly when: "before" | "after";
}

/** Asked once for each authenticated call. */
export type Faults = (call: AwsCall, service: ServiceName) => Fault | undefined;

/** Does `work`, unless a fault says otherwise. */
export async function withFaults<Output>(
  faults: Faults | undefined,
  service: ServiceName,
  call: AwsCall,
  work: () => Output | Promise<Output>,
): Promise<Output> {
  const fault = faults?.(call, service);
  if (fault?.when === "before") throw fault.error;
  const output = await work();
  if (fault) throw fault.error;
  return output;
}
