import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
  type GetEventSelectorsCommandOutput,
} from "@aws-sdk/client-cloudtrail";
import type { Session } from "../session.ts";
import { checked, expectThat, type Check } from "./check.ts";

const kms = "kms.amazonaws.com";

/** Whether a trail keeps KMS's own record of each decryption: without one there is no witness. */
export function checkTrail({ aws }: Session): Promise<Check[]> {
  return checked("trail", async () => {
    const cloudTrail = new CloudTrailClient(aws);
    const { trailList: trails = [] } = await cloudTrail.send(new DescribeTrailsCommand({}));
    const seen = await Promise.all(trails.map(({ TrailARN: arn = "" }) => recordsKms(cloudTrail, arn)));
    const recording = trails.filter((_trail, index) => seen[index]).map(({ Name: name = "" }) => name);
    const found =
      recording.length > 0 ? `${recording.join(", ")} keeps KMS's records` : "no trail keeps KMS's records";
    return [
      expectThat(
        recording.length > 0,
        "trail",
        found,
        "create a trail for management events that does not exclude AWS KMS: it is the witness of every decryption",
      ),
    ];
  });
}

/** Decrypt is a read: a trail of writes alone does not have it. */
async function recordsKms(cloudTrail: CloudTrailClient, arn: string): Promise<boolean> {
  const { IsLogging: isLogging } = await cloudTrail.send(new GetTrailStatusCommand({ Name: arn }));
  const selectors = await cloudTrail.send(new GetEventSelectorsCommand({ TrailName: arn }));
  return isLogging === true && includesKms(selectors);
}

function includesKms({ EventSelectors, AdvancedEventSelectors }: GetEventSelectorsCommandOutput): boolean {
  const basic = (EventSelectors ?? []).some(
    ({ IncludeManagementEvents, ReadWriteType, ExcludeManagementEventSources = [] }) =>
      IncludeManagementEvents === true &&
      ReadWriteType !== "WriteOnly" &&
      !ExcludeManagementEventSources.includes(kms),
  );
  const advanced = (AdvancedEventSelectors ?? []).some(({ FieldSelectors: fields = [] }) => {
    const of = (name: string) => fields.find(({ Field }) => Field === name);
    const isManagement = of("eventCategory")?.Equals?.includes("Management") === true;
    const isReadToo = !of("readOnly")?.Equals?.includes("false");
    return isManagement && isReadToo && !of("eventSource")?.NotEquals?.includes(kms);
  });
  return basic || advanced;
}
