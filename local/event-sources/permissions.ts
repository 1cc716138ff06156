/** What a mapping needs of the function's role (Lambda Developer Guide, "Process DynamoDB records with Lambda", "Retain discarded records"). */
import { callersOf } from "../aws/caller.ts";
import { denialOf } from "../aws/iam/authorise.ts";
import type { Caller } from "../aws/protocol.ts";
import type { EventSourceMappingResource, LocalStack } from "../stack.ts";
import { findFunction } from "../lambda/target.ts";

const ofStream = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];

/** @throws Error that names the first permission that a mapping's function has not. */
export function assertReadable(stack: LocalStack): void {
  const callers = callersOf(stack);
  for (const mapping of stack.eventSourceMappings ?? []) {
    const { fn } = findFunction(stack, mapping.functionArn);
    const caller = callers.role(fn.roleArn);
    for (const [action, resourceArn] of needed(mapping)) assertAllowed(mapping, caller, action, resourceArn);
  }
}

function needed({ streamArn, onFailureBucket }: EventSourceMappingResource): [string, string][] {
  const bucket = `arn:aws:s3:::${onFailureBucket}`;
  return [
    ...ofStream.map((action): [string, string] => [action, streamArn]),
    ["dynamodb:ListStreams", "*"],
    ...(onFailureBucket === undefined
      ? []
      : ([
          ["s3:ListBucket", bucket],
          ["s3:PutObject", `${bucket}/aws/lambda/any`],
        ] satisfies [string, string][])),
  ];
}

function assertAllowed(
  { logicalId }: EventSourceMappingResource,
  caller: Caller,
  action: string,
  resourceArn: string,
): void {
  const reason = denialOf({ caller, action, resourceArn, conditionKeys: {} });
  if (reason !== undefined)
    throw new Error(`${logicalId}: the role ${caller.name} may not ${action} on ${resourceArn} ${reason}`);
}
