import { ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import pMap from "p-map";
import { headAttributes } from "../../attributes.ts";
import { WaxsealError } from "../../errors.ts";
import { allItems } from "../../provider-keys/all-items.ts";
import type { DynamoSender } from "../../provider-keys/store.ts";
import { publicKeyName, readObject, s3Error, type S3Sender } from "../manifest-store.ts";
import type { Evidence, EvidenceObject, RecordHead } from "./evidence.ts";

export interface DeploymentEvidenceProps {
  readonly dynamo: DynamoSender;
  readonly s3: S3Sender;
  readonly auditLogTable: string;
  readonly providerKeysTable: string;
  readonly bucket: string;
  /** In PEM, of the KMS key that signs, or of the auditor's own file; absent where nothing is signed. */
  readonly trustedKey: string | undefined;
  /** Whose that is, in words. */
  readonly trustedKeyIs: string;
  /** Whether it is the auditor's own. */
  readonly isKept?: boolean;
}

/** Bodies that are read at once. */
const AT_ONCE = 16;

/** The evidence of a deployment, where it is. */
export async function deploymentEvidence(props: DeploymentEvidenceProps): Promise<Evidence> {
  const { dynamo, s3, bucket, auditLogTable, providerKeysTable, trustedKey, trustedKeyIs, isKept } = props;
  const pinned = await readObject(s3, bucket, publicKeyName);
  return {
    restsOn: [
      `the tables ${auditLogTable} and ${providerKeysTable}`,
      `the bucket ${bucket}, by the first version of each object`,
      trustedKey === undefined ? "no signature" : `signatures, by ${trustedKeyIs}`,
    ],
    publicKeys: {
      pinned: pinned && Buffer.from(pinned).toString(),
      trusted: trustedKey,
      ...(isKept !== undefined && { isKept }),
    },
    async *events() {
      for await (const page of allItems({ dynamo, table: auditLogTable })) yield* page;
    },
    objects: (prefix) => objects(s3, bucket, prefix),
    async *heads() {
      const heads = allItems({ dynamo, table: providerKeysTable }, { attributes: headAttributes });
      for await (const page of heads) yield* page.map(headOf).filter((head) => head !== undefined);
    },
  };
}

/** `undefined` of an item that is no record: the stream has said so. */
export function headOf(item: Readonly<Record<string, unknown>>): RecordHead | undefined {
  const { recordId, changeSeq, lastChange } = item;
  if (typeof recordId !== "string" || typeof changeSeq !== "number") return undefined;
  const { at } = (lastChange ?? {}) as { at?: unknown };
  return { recordId, changeSeq, at: typeof at === "string" ? at : new Date(0).toISOString() };
}

interface Listed {
  readonly name: string;
  versions: number;
  /** Of the first version that has a body. */
  first: string | undefined;
}

async function* objects(s3: S3Sender, bucket: string, prefix: string): AsyncGenerator<EvidenceObject> {
  for await (const page of versionPages(s3, bucket, prefix))
    yield* await pMap(page, (listed) => withBody(s3, bucket, listed), { concurrency: AT_ONCE });
}

/** By name; the versions of one name may lie on two pages. */
async function* versionPages(s3: S3Sender, bucket: string, prefix: string): AsyncGenerator<Listed[]> {
  let [keyMarker, versionMarker]: [string | undefined, string | undefined] = [undefined, undefined];
  let open: Listed | undefined;
  do {
    const command: ListObjectVersionsCommand = new ListObjectVersionsCommand({
      ...{ Bucket: bucket, Prefix: prefix, KeyMarker: keyMarker, VersionIdMarker: versionMarker },
    });
    const answer = await s3.send(command).catch((error: unknown) => {
      throw s3Error("ListObjectVersions", error);
    });
    const entries = [
      ...(answer.Versions ?? []).map((one) => ({ ...one, hasBody: true })),
      ...(answer.DeleteMarkers ?? []).map((one) => ({ ...one, hasBody: false })),
    ].toSorted((one, other) => Buffer.compare(Buffer.from(one.Key ?? ""), Buffer.from(other.Key ?? "")));
    const whole: Listed[] = [];
    for (const { Key: name = "", VersionId, hasBody } of entries) {
      if (open?.name !== name) {
        if (open) whole.push(open);
        open = { name, versions: 0, first: undefined };
      }
      open.versions += 1;
      // The newest is listed first.
      if (hasBody) open.first = VersionId;
    }
    yield whole;
    keyMarker = answer.IsTruncated === true ? answer.NextKeyMarker : undefined;
    versionMarker = answer.NextVersionIdMarker;
  } while (keyMarker !== undefined);
  if (open) yield [open];
}

async function withBody(
  s3: S3Sender,
  bucket: string,
  { name, versions, first }: Listed,
): Promise<EvidenceObject> {
  // Nothing but a deletion marker is left of it: nothing that it could be is it.
  if (first === undefined) return { name, versions: versions + 1, body: new Uint8Array() };
  const versionId = first === "null" ? undefined : first;
  const body = await readObject(s3, bucket, name, versionId);
  if (!body) throw new WaxsealError("STORE_UNAVAILABLE");
  return { name, versions, body };
}
