/** Trails of CloudTrail (CloudFormation, "AWS::CloudTrail::Trail"); what would keep KMS's calls out of one is refused. */
import type { TrailResource } from "../stack.ts";
import { asList, asObject, asText, onlyKnown, TemplateError } from "./read.ts";
import type { Resource } from "./resources.ts";

/** Here everything is in one region, and no one is notified. */
const ignored = ["IncludeGlobalServiceEvents", "IsMultiRegionTrail", "Tags", "TrailName"];

export function trail({ logicalId, id, arn, properties }: Resource): TrailResource {
  const { S3BucketName, S3KeyPrefix, EnableLogFileValidation, IsLogging, EventSelectors, ...others } =
    properties;
  onlyKnown(others, ignored, logicalId);
  for (const selector of asList(EventSelectors ?? [], `${logicalId}.EventSelectors`))
    assertAllOfKms(selector, `${logicalId}.EventSelectors`);
  return {
    name: id,
    arn,
    bucketName: asText(S3BucketName, `${logicalId}.S3BucketName`),
    ...(S3KeyPrefix !== undefined && { prefix: asText(S3KeyPrefix, `${logicalId}.S3KeyPrefix`) }),
    isLogging: IsLogging === true,
    validatesLogFiles: EnableLogFileValidation === true,
  };
}

function assertAllOfKms(value: unknown, where: string): void {
  const { IncludeManagementEvents = true, ReadWriteType = "All", ...others } = asObject(value, where);
  const { ExcludeManagementEventSources = [], ...rest } = others;
  onlyKnown(rest, ["DataResources"], where);
  const isWhole = IncludeManagementEvents === true && ReadWriteType === "All";
  if (!isWhole || asList(ExcludeManagementEventSources, where).includes("kms.amazonaws.com"))
    throw new TemplateError(where, "a trail without all of KMS's calls is not supported by the local system");
}
