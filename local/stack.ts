/**
 * What the local system takes from the synthesised template: plain values, every intrinsic resolved.
 * `local/template.ts` makes it, `local/aws/` and `local/lambda/` run it.
 */

/** The account and region that the local system pretends to be (AWS's documentation account). */
export const localAccountId = "111122223333";
export const localRegion = "us-east-1";

/** One IAM statement, normalised: every element that may be a string or a list is a list. */
export interface Statement {
  readonly sid?: string;
  readonly effect: "Allow" | "Deny";
  /** `["*"]` for everyone, else ARNs, and in trust policies services; only in policies of resources. */
  readonly principals?: readonly string[];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Operator → condition key → values. */
  readonly conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

export interface TableResource {
  readonly tableName: string;
  readonly arn: string;
  /** As DynamoDB's CreateTable takes them. */
  readonly keySchema: readonly { AttributeName: string; KeyType: "HASH" | "RANGE" }[];
  readonly attributeDefinitions: readonly { AttributeName: string; AttributeType: "S" | "N" | "B" }[];
  /** As DynamoDB's CreateTable takes them. */
  readonly globalSecondaryIndexes?: readonly {
    readonly IndexName: string;
    readonly KeySchema: readonly { AttributeName: string; KeyType: "HASH" | "RANGE" }[];
    readonly Projection: {
      readonly ProjectionType: "ALL" | "KEYS_ONLY" | "INCLUDE";
      readonly NonKeyAttributes?: readonly string[];
    };
  }[];
  readonly streamViewType?: "NEW_AND_OLD_IMAGES" | "NEW_IMAGE" | "OLD_IMAGE" | "KEYS_ONLY";
  readonly timeToLiveAttribute?: string;
  readonly deletionProtection?: boolean;
  readonly pointInTimeRecovery?: boolean;
}

export interface KmsKeyResource {
  readonly keyId: string;
  readonly description?: string;
  readonly arn: string;
  readonly policy: readonly Statement[];
  /** The policy document as the template has it, resolved, for GetKeyPolicy. */
  readonly policyDocument: unknown;
  /** Of an asymmetric key, for signatures; absent of a symmetric one. */
  readonly spec?: "ECC_NIST_P256";
  /** Days between automatic rotations; absent where there are none. */
  readonly rotationPeriodDays?: number;
  /** As `alias/waxseal`. */
  readonly aliases?: readonly string[];
}

export interface BucketResource {
  readonly bucketName: string;
  readonly arn: string;
  readonly versioned: boolean;
  /** Whether versions can be locked at all. */
  readonly lockEnabled: boolean;
  /** What a new version is locked by. */
  readonly lock?: { readonly mode: "COMPLIANCE" | "GOVERNANCE"; readonly days: number };
  /** Whether new objects are told to EventBridge. */
  readonly sendsEvents: boolean;
  readonly policy: readonly Statement[];
}

export interface RoleResource {
  readonly logicalId: string;
  readonly arn: string;
  readonly statements: readonly Statement[];
  /** Who may assume it; of services their names, as `lambda.amazonaws.com`. */
  readonly trust: readonly Statement[];
  /** The longest that a session of it may be asked for, in seconds. */
  readonly maxSessionSeconds: number;
}

export interface FunctionResource {
  /** As in the route table: `save`, `provider-proxy`. */
  readonly name: string;
  readonly functionName: string;
  readonly arn: string;
  /** Absolute path of the folder with the deployed bundle. */
  readonly codeDirectory: string;
  /** `file.export`, as Lambda takes it. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly roleArn: string;
  /** The name of what it logs to. */
  readonly logGroup?: string;
  /** Its function URL, with IAM authorization. */
  readonly url?: FunctionUrlResource;
  /** Absent for one that is not durable. */
  readonly durable?: { readonly executionTimeoutSeconds: number; readonly retentionDays: number };
  /** The version of each qualifier, beside `$LATEST`, that it can be invoked by: of `1`, of an alias. */
  readonly versions?: Readonly<Record<string, string>>;
  /** How often an asynchronous invocation is tried again, by qualifier; two times where nothing is said. */
  readonly asyncRetries?: Readonly<Record<string, number>>;
}

/** Counts the JSON lines of a log group that have this value. */
export interface MetricFilterResource {
  readonly logGroup: string;
  /** Names of members, from the outside in. */
  readonly path: readonly string[];
  readonly value: string;
  /** `namespace/name` */
  readonly metric: string;
}

/** Goes off with the first occurrence. */
export interface AlarmResource {
  readonly name: string;
  readonly description: string;
  /** `namespace/name`, of a metric filter; `AWS/Lambda/<function's name or mapping's id>/<name>` of Lambda's own. */
  readonly metric: string;
  /** ARNs of SNS topics. */
  readonly topics: readonly string[];
}

/** A trail of CloudTrail's that logs management events, those of KMS too. */
export interface TrailResource {
  readonly name: string;
  readonly arn: string;
  readonly bucketName: string;
  readonly prefix?: string;
  readonly isLogging: boolean;
  /** Whether digests are written. */
  readonly validatesLogFiles: boolean;
}

/** A Lambda event source mapping of a DynamoDB stream. */
export interface EventSourceMappingResource {
  readonly logicalId: string;
  readonly uuid: string;
  readonly streamArn: string;
  /** A function's, qualified or not. */
  readonly functionArn: string;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  readonly startingPosition: "TRIM_HORIZON" | "LATEST";
  /** So many batches of a shard at once; the order of each item holds. */
  readonly parallelizationFactor: number;
  readonly bisectsOnError: boolean;
  /** -1: until the record has expired. */
  readonly maxRetries: number;
  /** -1: as long as the stream keeps it. */
  readonly maxRecordAgeSeconds: number;
  readonly reportsItemFailures: boolean;
  /** A record goes to the function where one of them matches; absent: every record does. */
  readonly filters?: readonly EventPattern[];
  /** Takes what was given up. */
  readonly onFailureBucket?: string;
}

/** An EventBridge rule of the default bus. */
export interface RuleResource {
  readonly name: string;
  readonly arn: string;
  readonly enabled: boolean;
  /** Whether it gets calls by CloudTrail that only read. */
  readonly allManagementEvents?: boolean;
  /** `rate(…)` or `cron(…)`. */
  readonly schedule?: string;
  /** By path of the event: the values of which one must be there. */
  readonly pattern?: EventPattern;
  readonly targets: readonly RuleTarget[];
}

/** A list holds values and content filters, of which one must match; `$or` holds patterns. */
export interface EventPattern {
  readonly [member: string]: EventPattern | readonly unknown[];
}

export interface RuleTarget {
  /** A function's, qualified or not. */
  readonly functionArn: string;
  /** JSON that is sent in the event's place. */
  readonly input?: string;
}

export interface FunctionUrlResource {
  readonly invokeMode: "BUFFERED" | "RESPONSE_STREAM";
  /** The function's resource-based policy, as far as it is about the URL. */
  readonly policy: readonly Statement[];
}

/** What the API's gateway says itself, before any function. */
export interface GatewayResource {
  /** The answer to a preflight request, by resource path. */
  readonly preflights: Readonly<Record<string, Preflight>>;
  /** The headers of the gateway's own answers, by response type; a value is `'text'` or `method.request.header.Name`. */
  readonly answerHeaders: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface Preflight {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Origins that are named in `access-control-allow-origin` when they ask. */
  readonly origins: readonly string[];
}

export interface LocalStack {
  readonly stackName: string;
  readonly tables: readonly TableResource[];
  readonly kmsKeys: readonly KmsKeyResource[];
  readonly buckets?: readonly BucketResource[];
  readonly roles: readonly RoleResource[];
  readonly functions: readonly FunctionResource[];
  /** By name, every intrinsic resolved. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly rules?: readonly RuleResource[];
  readonly trails?: readonly TrailResource[];
  readonly metricFilters?: readonly MetricFilterResource[];
  readonly alarms?: readonly AlarmResource[];
  readonly eventSourceMappings?: readonly EventSourceMappingResource[];
  /** Absent where the template has no API. */
  readonly gateway?: GatewayResource;
}
