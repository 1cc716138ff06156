/** Function URLs, and the statements of the functions' resource-based policies that are about them. */
import type { FunctionResource, Statement } from "../stack.ts";
import { asOneOf, asText, asTexts, onlyKnown, TemplateError } from "./read.ts";
import type { Resource } from "./resources.ts";

/** By a function's ARN: its `url`, if it has one. */
export function functionUrls(
  urls: readonly Resource[],
  permissions: readonly Resource[],
): (functionArn: string) => Pick<FunctionResource, "url"> {
  const statements = permissions.flatMap(statementOf);
  const invokeModes = new Map(urls.map(invokeModeOf));
  return (functionArn) => {
    const invokeMode = invokeModes.get(functionArn);
    if (invokeMode === undefined) return {};
    return {
      url: { invokeMode, policy: statements.filter(({ resources }) => resources.includes(functionArn)) },
    };
  };
}

/** CORS of a URL's own is not supported: back ends are no pages. */
function invokeModeOf({ logicalId, properties }: Resource) {
  const { AuthType, InvokeMode = "BUFFERED", TargetFunctionArn, ...others } = properties;
  onlyKnown(others, [], logicalId);
  asOneOf(AuthType, ["AWS_IAM"], `${logicalId}.AuthType`);
  const mode = asOneOf(InvokeMode, ["BUFFERED", "RESPONSE_STREAM"], `${logicalId}.InvokeMode`);
  return [asText(TargetFunctionArn, `${logicalId}.TargetFunctionArn`), mode] as const;
}

/** As Lambda writes it (Developer Guide, "Control access to Lambda function URLs"); those of other services are not needed here. */
function statementOf({ logicalId, properties }: Resource): Statement[] {
  const { Action, FunctionName, FunctionUrlAuthType, InvokedViaFunctionUrl, Principal, ...others } =
    properties;
  if (Principal === "apigateway.amazonaws.com" || Principal === "events.amazonaws.com") return [];
  onlyKnown(others, [], logicalId);
  const principal = asText(Principal, `${logicalId}.Principal`);
  if (!principal.startsWith("arn:"))
    throw new TemplateError(logicalId, `the principal ${principal} is no ARN`);
  return [
    {
      sid: logicalId,
      effect: "Allow",
      principals: [principal],
      actions: [asText(Action, `${logicalId}.Action`)],
      resources: [asText(FunctionName, `${logicalId}.FunctionName`)],
      conditions: {
        ...(FunctionUrlAuthType === undefined
          ? {}
          : { StringEquals: { "lambda:FunctionUrlAuthType": [asText(FunctionUrlAuthType, logicalId)] } }),
        ...(InvokedViaFunctionUrl === undefined
          ? {}
          : { Bool: { "lambda:InvokedViaFunctionUrl": asTexts(InvokedViaFunctionUrl, logicalId) } }),
      },
    },
  ];
}
