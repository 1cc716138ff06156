import { AwsError } from "../aws/protocol.ts";
import type { FunctionResource, LocalStack } from "../stack.ts";

/** What a call names: a function and, by its version or an alias of it, which of its versions. */
export interface InvokeTarget {
  readonly fn: FunctionResource;
  /** As policies match it: with the qualifier that was given, if one was. */
  readonly arn: string;
  /** `1`, or `$LATEST`: an alias's version. */
  readonly version: string;
}

/**
 * @param name - a function's name or ARN, as `name:qualifier` too.
 * @throws AwsError `ResourceNotFoundException`, or `InvalidParameterValueException` for a durable function without
 * a qualifier (Lambda Developer Guide, "Invoking durable Lambda functions").
 */
export function invokeTarget(stack: LocalStack, name: string, givenQualifier?: string): InvokeTarget {
  const target = findFunction(stack, name, givenQualifier);
  if (target.fn.durable && target.arn === target.fn.arn) {
    const message = "You cannot invoke a durable function using an unqualified ARN.";
    throw new AwsError("InvalidParameterValueException", message, { members: { Type: "User" } });
  }
  return target;
}

/** The same for what need not be qualified. @throws AwsError `ResourceNotFoundException` */
export function findFunction(stack: LocalStack, name: string, givenQualifier?: string): InvokeTarget {
  const [functionName, written] = name
    .slice(name.indexOf(":function:") + 1)
    .replace(/^function:/, "")
    .split(":");
  const qualifier = givenQualifier ?? written;
  const fn = stack.functions.find((one) => one.functionName === functionName);
  const version = versionOf(fn, qualifier);
  if (!fn || version === undefined) {
    // Without the name: nothing of a request is echoed.
    throw new AwsError("ResourceNotFoundException", "Function not found", {
      status: 404,
      members: { Type: "User" },
    });
  }
  return { fn, arn: qualifier === undefined ? fn.arn : `${fn.arn}:${qualifier}`, version };
}

function versionOf(fn: FunctionResource | undefined, qualifier = "$LATEST"): string | undefined {
  const versions = { $LATEST: "$LATEST", ...fn?.versions };
  return Object.hasOwn(versions, qualifier) ? versions[qualifier as keyof typeof versions] : undefined;
}
