import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { s3Error, type S3Sender } from "../audit/manifest-store.ts";
import { awsErrorName } from "../aws-failure.ts";
import { promptRetry, withRetry, type RetryPolicy } from "../retry.ts";
import { daysBetween, firstNameFrom, folderOf, trailFileName, type TrailPlace } from "./trail-names.ts";
import type { ListedFile, TrailSource } from "./trail-source.ts";

export interface TrailBucketProps {
  readonly s3: S3Sender;
  readonly bucket: string;
  readonly place: TrailPlace;
  readonly retry?: RetryPolicy;
}

/** The bucket that CloudTrail writes to; also that of an organization's trail, whose files lie one folder deeper. */
export function trailBucket({ s3, bucket, place, retry = promptRetry }: TrailBucketProps): TrailSource {
  const send = <Answer>(operation: string, call: () => Promise<Answer>): Promise<Answer> =>
    withRetry(call, isTransient, retry).catch((error: unknown) => {
      throw s3Error(operation, error);
    });
  let places: Promise<readonly TrailPlace[]> | undefined;
  const allPlaces = () =>
    (places ??= placesOf(place, async (prefix) => {
      const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, Delimiter: "/" });
      const { CommonPrefixes = [] } = await send("ListObjectsV2", () => s3.send(command));
      return CommonPrefixes.map(({ Prefix = "" }) => Prefix);
    }).catch((error: unknown) => {
      places = undefined;
      throw error;
    }));
  async function* listed(prefix: string, after: string | undefined): AsyncGenerator<ListedFile> {
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({
        ...{ Bucket: bucket, Prefix: prefix },
        ...(token === undefined ? { StartAfter: after } : { ContinuationToken: token }),
      });
      const answer = await send("ListObjectsV2", () => s3.send(command));
      for (const { Key: name = "", LastModified: modified } of answer.Contents ?? []) {
        const file = trailFileName(name);
        if (file) yield { ...file, modifiedAt: modified?.getTime() ?? Date.parse(file.at) };
      }
      token = answer.NextContinuationToken;
    } while (token !== undefined);
  }
  return {
    name: `s3://${[bucket, place.prefix].filter((part) => part !== "").join("/")}`,
    async *list(kind, from, to) {
      for (const day of daysBetween(from, to))
        for (const one of await allPlaces()) {
          const after = kind === "log" && from.startsWith(day) ? firstNameFrom(one, from) : undefined;
          for await (const file of listed(folderOf(one, kind, day), after))
            if (file.at >= from && file.at <= to) yield file;
        }
    },
    async open(name) {
      const command = new GetObjectCommand({ Bucket: bucket, Key: name });
      const get = () =>
        s3.send(command).catch((error: unknown) => {
          if (awsErrorName(error) === "NoSuchKey") return undefined;
          throw error;
        });
      const answer = await send("GetObject", get);
      if (!answer?.Body) return undefined;
      const signature = answer.Metadata?.["signature"];
      // In Node the body is a stream of bytes.
      const body = answer.Body as unknown as AsyncIterable<Uint8Array>;
      return { body, ...(signature !== undefined && { signature }) };
    },
  };
}

/** `AWSLogs/<account>`, and of an organization's trail `AWSLogs/o-…/<account>` ("Finding your CloudTrail log files"). */
async function placesOf(
  place: TrailPlace,
  foldersIn: (prefix: string) => Promise<readonly string[]>,
): Promise<readonly TrailPlace[]> {
  const start = place.prefix === "" ? "" : `${place.prefix}/`;
  const folders = await foldersIn(`${start}AWSLogs/`);
  const organizations = folders.map((folder) => /AWSLogs\/(o-[a-z0-9]+)\/$/.exec(folder)?.[1]);
  const found = organizations.filter((one) => one !== undefined);
  return [place, ...found.map((organization) => ({ ...place, organization }))];
}

function isTransient(error: unknown): boolean {
  return !["NoSuchKey", "NoSuchBucket", "AccessDenied", "AccessDeniedException"].includes(
    awsErrorName(error),
  );
}
