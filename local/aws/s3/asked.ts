import type { BucketResource } from "../../stack.ts";
import type { Access } from "./access.ts";
import type { Cause } from "./events.ts";
import type { ObjectStore } from "./objects.ts";
import type { S3Request } from "./request.ts";

/** What an operation is given, once its caller may do it. */
export interface Asked {
  readonly request: S3Request;
  readonly bucket: BucketResource;
  readonly access: Access;
  readonly store: ObjectStore;
  readonly now: () => Date;
  readonly cause: Cause;
}
