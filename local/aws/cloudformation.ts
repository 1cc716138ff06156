/** CloudFormation's DescribeStacks (API Reference, "DescribeStacks", "Stack"): the one stack, as it is deployed. */
import type { LocalStack } from "../stack.ts";
import { stackIdOf } from "../template/names.ts";
import { authorise } from "./iam/authorise.ts";
import { AwsError, type AwsCall } from "./protocol.ts";
import { elements, type QueryOperation } from "./query.ts";

export interface Deployment {
  readonly stack: LocalStack;
  readonly createdAt: Date;
  /** When the stack that was there already was deployed anew: by this process's start, or since. */
  readonly updatedAt?: Date;
}

export function cloudFormationOperations(
  deployment: () => Deployment,
): Readonly<Record<string, QueryOperation>> {
  return {
    DescribeStacks: {
      service: "cloudformation",
      namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/",
      fields: ["StackName"],
      run: (call) => describeStacks(call, deployment()),
    },
  };
}

function describeStacks({ caller, input }: AwsCall, deployment: Deployment): string {
  const { stackName } = deployment.stack;
  const stackId = stackIdOf(stackName);
  const asked = input["StackName"] as string | undefined;
  const isOurs = asked === stackName || asked === stackId;
  // Without a name it is about all stacks.
  const resourceArn = asked === undefined ? "*" : isOurs ? stackId : stackIdOf(asked);
  authorise({ caller, action: "cloudformation:DescribeStacks", resourceArn, conditionKeys: {} });
  // As seen at AWS (boto/boto3 issue 2807).
  if (asked !== undefined && !isOurs)
    throw new AwsError("ValidationError", `Stack with id ${asked} does not exist`);
  return `<Stacks><member>${described(deployment, stackId)}</member></Stacks>`;
}

function described({ stack, createdAt, updatedAt }: Deployment, stackId: string): string {
  const outputs = Object.entries(stack.outputs).map(
    ([name, value]) => `<member>${elements({ OutputKey: name, OutputValue: value })}</member>`,
  );
  const texts = {
    StackId: stackId,
    StackName: stack.stackName,
    CreationTime: createdAt.toISOString(),
    ...(updatedAt && { LastUpdatedTime: updatedAt.toISOString() }),
    StackStatus: updatedAt ? "UPDATE_COMPLETE" : "CREATE_COMPLETE",
  };
  return `${elements(texts)}<Outputs>${outputs.join("")}</Outputs>`;
}
