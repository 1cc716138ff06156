/** What API Gateway answers by itself: preflight requests, and its own errors' headers. */
import type { GatewayResource, LocalStack, Preflight } from "../stack.ts";
import { rootResourceId } from "./names.ts";
import { asList, asObject, asText, TemplateError } from "./read.ts";
import type { Resource } from "./resources.ts";

interface Parts {
  readonly resources: readonly Resource[];
  readonly methods: readonly Resource[];
  readonly responses: readonly Resource[];
}

export function gateway({ resources, methods, responses }: Parts): Pick<LocalStack, "gateway"> {
  if (methods.length === 0) return {};
  const preflights = methods
    .filter(({ properties }) => properties["HttpMethod"] === "OPTIONS")
    .map((method) => {
      const resourceId = asText(method.properties["ResourceId"], `${method.logicalId}.ResourceId`);
      return [pathOf(resourceId, resources, method.logicalId) || "/", preflight(method)] as const;
    });
  const answerHeaders = responses.map(({ logicalId, properties }) => {
    const { ResponseType, ResponseParameters = {} } = properties;
    return [
      asText(ResponseType, logicalId),
      headersOf(ResponseParameters, "gatewayresponse", logicalId),
    ] as const;
  });
  return {
    gateway: {
      preflights: Object.fromEntries(preflights),
      answerHeaders: Object.fromEntries(answerHeaders),
    } satisfies GatewayResource,
  };
}

function pathOf(resourceId: string, resources: readonly Resource[], where: string): string {
  if (resourceId === rootResourceId) return "";
  const resource = resources.find(({ id }) => id === resourceId);
  if (!resource) throw new TemplateError(where, `there is no resource ${resourceId}`);
  const { ParentId, PathPart } = resource.properties;
  const parent = pathOf(asText(ParentId, resource.logicalId), resources, resource.logicalId);
  return `${parent}/${asText(PathPart, resource.logicalId)}`;
}

/** As the CDK makes it: a MOCK integration with fixed headers, and a template that may name another origin. */
function preflight({ logicalId, properties }: Resource): Preflight {
  const integration = asObject(properties["Integration"], `${logicalId}.Integration`);
  const [response] = asList(integration["IntegrationResponses"], `${logicalId}.IntegrationResponses`);
  const { ResponseParameters, ResponseTemplates = {}, StatusCode } = asObject(response, logicalId);
  const template = asObject(ResponseTemplates, logicalId)["application/json"] ?? "";
  return {
    status: Number(StatusCode),
    headers: mapValues(headersOf(ResponseParameters, "method.response", logicalId), (value) => {
      if (!value.startsWith("'")) throw new TemplateError(logicalId, `${value} is no fixed header`);
      return value.slice(1, -1);
    }),
    origins: originsIn(asText(template, logicalId), logicalId),
  };
}

/** `$origin == "…"` is all of the template language that is read here. */
function originsIn(template: string, where: string): readonly string[] {
  const conditions = template.match(/#if\(.*\)/g) ?? [];
  const compared = conditions.flatMap((condition) => {
    if (!/^#if\(\$origin == "[^"]*"( \|\| \$origin == "[^"]*")*\)$/.test(condition))
      throw new TemplateError(where, `${condition} is not supported by the local system`);
    return [...condition.matchAll(/"([^"]+)"/g)].map(([, origin = ""]) => origin);
  });
  return compared;
}

/** `gatewayresponse.header.Vary` → `vary`; the values as they are written. */
function headersOf(parameters: unknown, prefix: string, where: string): Record<string, string> {
  const headers = Object.entries(asObject(parameters, where)).map(([name, value]) => {
    if (!name.startsWith(`${prefix}.header.`)) throw new TemplateError(where, `${name} is not supported`);
    return [name.slice(`${prefix}.header.`.length).toLowerCase(), asText(value, where)] as const;
  });
  return Object.fromEntries(headers);
}

function mapValues(record: Readonly<Record<string, string>>, change: (value: string) => string) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
