/** Who may do what: identity policies and the bucket's ("Required permissions for Amazon S3 API operations"). */
import type { BucketResource } from "../../stack.ts";
import { authorise, denialOf, type AccessRequest } from "../iam/authorise.ts";
import type { Caller } from "../protocol.ts";
import type { S3Operation, S3Request } from "./request.ts";

const ofBucket: Readonly<Partial<Record<S3Operation, string>>> = {
  HeadBucket: "ListBucket",
  ListObjectsV2: "ListBucket",
  ListObjectVersions: "ListBucketVersions",
  GetBucketVersioning: "GetBucketVersioning",
  GetObjectLockConfiguration: "GetBucketObjectLockConfiguration",
  GetBucketLocation: "GetBucketLocation",
};

type ConditionKeys = AccessRequest["conditionKeys"];

/** The access of one caller to one bucket. */
export class Access {
  readonly #caller: Caller;
  readonly #bucket: BucketResource;

  constructor(caller: Caller, bucket: BucketResource) {
    this.#caller = caller;
    this.#bucket = bucket;
  }

  /** @throws AwsError `AccessDeniedException`. */
  allow(request: S3Request): void {
    const action = ofBucket[request.operation];
    if (action !== undefined) authorise(this.#request(action, undefined, listKeys(request.query)));
    else this.allowOnObject(actionOnObject(request), request.name, putKeys(request.header));
  }

  /** @param action - as `PutObject`. @throws AwsError `AccessDeniedException`. */
  allowOnObject(action: string, name: string, conditionKeys: ConditionKeys = {}): void {
    authorise(this.#request(action, name, conditionKeys));
  }

  mayOnObject(action: string, name: string): boolean {
    return denialOf(this.#request(action, name)) === undefined;
  }

  /** Without it, what is not there is answered like what may not be read. */
  mayList(): boolean {
    return denialOf(this.#request("ListBucket")) === undefined;
  }

  #request(action: string, name?: string, conditionKeys: ConditionKeys = {}): AccessRequest {
    const { arn, policy } = this.#bucket;
    const resourceArn = name === undefined ? arn : `${arn}/${name}`;
    return {
      caller: this.#caller,
      action: `s3:${action}`,
      resourceArn,
      conditionKeys,
      resourcePolicy: policy,
    };
  }
}

function actionOnObject({ operation, query }: S3Request): string {
  const ofVersion = query.has("versionId") ? "Version" : "";
  if (operation === "GetObject" || operation === "HeadObject") return `GetObject${ofVersion}`;
  if (operation === "DeleteObject") return `DeleteObject${ofVersion}`;
  return operation;
}

/** Service Authorization Reference, "Condition keys for Amazon S3". */
function listKeys(query: URLSearchParams): ConditionKeys {
  return {
    "s3:prefix": query.get("prefix") ?? undefined,
    "s3:delimiter": query.get("delimiter") ?? undefined,
  };
}

function putKeys(header: S3Request["header"]): ConditionKeys {
  return {
    "s3:x-amz-acl": header("x-amz-acl"),
    "s3:if-none-match": header("if-none-match"),
    "s3:object-lock-mode": header("x-amz-object-lock-mode"),
  };
}
