/**
 * What the stack says of itself in its outputs, as CloudFormation's `DescribeStacks` answers them: by these the
 * operator's command line finds a deployment. Lists are joined by commas.
 */
export type DeploymentOutputs = AuditOutputs & {
  readonly ProviderKeysTable: string;
  readonly JobsTable: string;
  /** Of the KMS key that wraps new data keys. */
  readonly EncryptionKeyArn: string;
  /** `1=arn:…,2=arn:…` */
  readonly EncryptionKeys: string;
  readonly Issuer: string;
  readonly WriteSuite: string;
  readonly ReadSuites: string;
  /** The registered endpoints by provider, current and earlier ones: `openai=openai-1,…` */
  readonly Endpoints: string;
  readonly KmsQuota: string;
  readonly KmsShare: string;
  readonly TombstoneDays: string;
  /** Of the functions that seal or open. */
  readonly LongestInvocationSeconds: string;
  /** ARNs of those that the key policies admit, each list for one use. */
  readonly SavingRoles: string;
  readonly OpeningRoles: string;
  readonly RewrappingRoles: string;
  readonly RewrapRole: string;
  /** Only while switched on by the setting `jobs`. */
  readonly ResealRole?: string;
  readonly ImportRole?: string;
  readonly ImportVerifyRole?: string;
  readonly ExportRole?: string;
  /** The durable function that rewraps, where the setting `rewrapSchedule` has it; an ARN with its alias. */
  readonly RewrapFunction?: string;
};

/** Those of the audit. */
export type AuditOutputs = {
  readonly AuditLogTable: string;
  readonly AuditIntakeTable: string;
  readonly TrailLedgerTable: string;
  /** Only while switched on by the setting `jobs`. */
  readonly AuditEraseRole?: string;
  readonly GraceSeconds: string;
  /** Of manifests and checkpoints. */
  readonly AuditBucket: string;
  readonly AuditLock: string;
  /** As the setting has it, or `off`. */
  readonly CheckpointSchedule: string;
  /** Where checkpoints are signed. */
  readonly CheckpointKeyArn?: string;
  readonly AuditorRole: string;
  /** ARN of the function that gives the recorder what it had put aside, and the role under which it is called. */
  readonly AuditRedriveFunction: string;
  readonly AuditRedriveRole: string;
  /** Where there is a trail; the prefix where it has one. */
  readonly TrailBucket?: string;
  readonly TrailPrefix?: string;
  /** SNS topics of alarms. */
  readonly PageTopicArn: string;
  readonly TicketTopicArn: string;
};
