/** Versions and aliases of functions, and how often their asynchronous invocations are repeated. */
import type { FunctionResource } from "../stack.ts";
import type { Resolve } from "./intrinsics.ts";
import { functionArn, theVersion, type Named } from "./names.ts";
import { asNumber, asText, onlyKnown, type JsonObject } from "./read.ts";
import type { Resource } from "./resources.ts";

/** What `Ref` gives of a version or an alias: the function's ARN, qualified. Undefined for other resources. */
export function qualifiedArn(
  { type, logicalId, properties }: Named & { readonly properties: JsonObject },
  resolve: Resolve,
): string | undefined {
  if (type !== "AWS::Lambda::Version" && type !== "AWS::Lambda::Alias") return undefined;
  const fn = functionArn(asText(resolve(properties["FunctionName"], logicalId), logicalId));
  return `${fn}:${type === "AWS::Lambda::Version" ? theVersion : asText(properties["Name"], logicalId)}`;
}

/** By a function's ARN: the qualifiers that it can be invoked by, and what is said of each. */
export function functionQualifiers(resources: {
  readonly versions: readonly Resource[];
  readonly aliases: readonly Resource[];
  readonly invokeConfigs: readonly Resource[];
}): (arn: string) => Pick<FunctionResource, "versions" | "asyncRetries"> {
  const versions = resources.versions.map((one) => [...named(one, ["Description"]), theVersion] as const);
  const aliases = resources.aliases.map(aliasOf);
  const retries = resources.invokeConfigs.map(retriesOf);
  return (arn) => {
    const own = <Value>(all: readonly (readonly [string, string, Value])[]) =>
      Object.fromEntries(all.filter(([of]) => of === arn).map(([, qualifier, value]) => [qualifier, value]));
    const found = { versions: { ...own(versions), ...own(aliases) }, asyncRetries: own(retries) };
    return Object.fromEntries(Object.entries(found).filter(([, all]) => Object.keys(all).length > 0));
  };
}

/** The function's ARN, and the qualifier. */
function named({ logicalId, properties }: Resource, ignored: readonly string[]): readonly [string, string] {
  const { FunctionName, Name = theVersion, ...others } = properties;
  onlyKnown(others, ignored, logicalId);
  return [functionArn(asText(FunctionName, logicalId)), asText(Name, logicalId)];
}

/** Without weights: it has one version. */
function aliasOf(resource: Resource) {
  const version = asText(resource.properties["FunctionVersion"], resource.logicalId);
  return [...named(resource, ["Description", "FunctionVersion"]), version] as const;
}

function retriesOf({ logicalId, properties }: Resource) {
  const { FunctionName, MaximumRetryAttempts = 2, Qualifier, ...others } = properties;
  onlyKnown(others, ["MaximumEventAgeInSeconds"], logicalId);
  const retries = asNumber(MaximumRetryAttempts, `${logicalId}.MaximumRetryAttempts`);
  return [functionArn(asText(FunctionName, logicalId)), asText(Qualifier, logicalId), retries] as const;
}
