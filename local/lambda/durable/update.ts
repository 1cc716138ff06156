/** What a checkpoint asks for, checked as far as it is used (Lambda API Reference, "OperationUpdate"). */
import { z } from "zod";
import { AwsError } from "../../aws/protocol.ts";

/** Issue 342 of aws/aws-durable-execution-sdk-python quotes the service: "must be less than or equal to 262144 bytes". */
const maxPayloadBytes = 256 * 1024;
/** As AWS's own emulation has it (`@aws/durable-execution-sdk-js-testing` 1.1.4). */
const maxErrorBytes = 32 * 1024;

const errorObject = z.object({
  ErrorType: z.string().exactOptional(),
  ErrorMessage: z.string().exactOptional(),
  ErrorData: z.string().exactOptional(),
  StackTrace: z.array(z.string()).exactOptional(),
});

const operationUpdate = z.object({
  Id: z.string().regex(/^[\w-]{1,64}$/),
  Type: z.enum(["EXECUTION", "CONTEXT", "STEP", "WAIT", "CHAINED_INVOKE"]),
  Action: z.enum(["START", "SUCCEED", "FAIL", "RETRY", "CANCEL"]),
  ParentId: z.string().exactOptional(),
  Name: z.string().exactOptional(),
  SubType: z.string().exactOptional(),
  Payload: z.string().exactOptional(),
  Error: errorObject.exactOptional(),
  ContextOptions: z.object({ ReplayChildren: z.boolean().exactOptional() }).exactOptional(),
  StepOptions: z.object({ NextAttemptDelaySeconds: z.number().int().min(1).max(31_622_400) }).exactOptional(),
  WaitOptions: z.object({ WaitSeconds: z.number().int().min(1).max(31_622_400) }).exactOptional(),
  ChainedInvokeOptions: z.object({ FunctionName: z.string() }).exactOptional(),
});

export type OperationUpdate = z.infer<typeof operationUpdate>;

/** @throws AwsError `InvalidParameterValueException`; it names the member, never its value. */
export function operationUpdates(value: unknown): OperationUpdate[] {
  const parsed = z.array(operationUpdate).safeParse(value ?? []);
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.join(".") ?? "";
    throw invalid(`The local system does not take this update (Updates.${place}).`);
  }
  for (const { Type, Payload, Error } of parsed.data) {
    if (Type !== "EXECUTION" && byteLength(Payload) > maxPayloadBytes)
      throw invalid(`${Type} output payload size must be less than or equal to ${maxPayloadBytes} bytes.`);
    if (Error && byteLength(JSON.stringify(Error)) > maxErrorBytes)
      throw invalid(`Error object size must be less than ${maxErrorBytes} bytes.`);
  }
  return parsed.data;
}

export function byteLength(text = ""): number {
  return Buffer.byteLength(text);
}

export function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message, { members: { Type: "User" } });
}
