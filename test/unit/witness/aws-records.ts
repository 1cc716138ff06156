/**
 * Records as AWS's documentation shows them, with its placeholders: KMS Developer Guide, "Examples of AWS KMS log
 * entries" (Decrypt, ReEncrypt, GenerateDataKey, Sign, PutKeyPolicy, RotateKey, "Amazon EC2 example two"), CloudTrail
 * User Guide, "CloudTrail userIdentity element", "Example sharedEventID". Read in November 2026.
 */
const account = "111122223333";
export const documentedKmsKey = `arn:aws:kms:us-west-2:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
export const otherKmsKey = `arn:aws:kms:us-west-2:${account}:key/0987dcba-09fe-87dc-65ba-ab0987654321`;

const alice = {
  type: "IAMUser",
  principalId: "EX_PRINCIPAL_ID",
  arn: `arn:aws:iam::${account}:user/Alice`,
  accountId: account,
  accessKeyId: "EXAMPLE_KEY_ID",
  userName: "Alice",
};

const resource = (ARN: string) => ({ accountId: account, type: "AWS::KMS::Key", ARN });

const common = {
  eventSource: "kms.amazonaws.com",
  awsRegion: "us-west-2",
  sourceIPAddress: "192.0.2.0",
  userAgent: "AWS Internal",
  responseElements: null,
  eventType: "AwsApiCall",
  recipientAccountId: account,
};

export const decrypt = {
  ...common,
  eventVersion: "1.05",
  userIdentity: alice,
  eventTime: "2020-07-27T22:58:24Z",
  eventName: "Decrypt",
  requestParameters: {
    encryptionAlgorithm: "SYMMETRIC_DEFAULT",
    keyId: documentedKmsKey,
    encryptionContext: { Department: "Engineering", Project: "Alpha" },
  },
  requestID: "12345126-30d5-4b28-98b9-9153da559963",
  eventID: "abcde202-ba1a-467c-b4ba-f729d45ae521",
  readOnly: true,
  resources: [resource(documentedKmsKey)],
};

export const decryptFailure = {
  ...decrypt,
  eventVersion: "1.08",
  eventTime: "2022-11-24T18:57:43Z",
  errorCode: "IncorrectKeyException",
  errorMessage: "The key ID in the request does not identify a CMK that can perform this operation.",
  requestID: "22345126-30d5-4b28-98b9-9153da559963",
};

export const reEncrypt = {
  ...common,
  eventVersion: "1.11",
  userIdentity: alice,
  eventTime: "2025-05-22T19:34:55Z",
  eventName: "ReEncrypt",
  requestParameters: {
    sourceEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
    sourceEncryptionContext: { Project: "Alpha", Department: "Engineering" },
    destinationKeyId: "0987dcba-09fe-87dc-65ba-ab0987654321",
    destinationEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
    destinationEncryptionContext: { Level: "3A" },
  },
  additionalEventData: {
    destinationKeyMaterialId: "96083e4fb6dbc41d77578a213a6b6669c044dd4c143e96755396d2bf11fd6068",
    sourceKeyMaterialId: "123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0",
  },
  requestID: "03769fd4-acf9-4b33-adf3-2ab8ca73aadf",
  eventID: "542d9e04-0e8d-4e05-bf4b-4bdeb032e6ec",
  readOnly: true,
  resources: [resource(documentedKmsKey), resource(otherKmsKey)],
};

export const generateDataKey = {
  ...common,
  eventVersion: "1.02",
  userIdentity: alice,
  eventTime: "2014-11-04T00:52:40Z",
  eventName: "GenerateDataKey",
  requestParameters: {
    keyId: "1234abcd-12ab-34cd-56ef-1234567890ab",
    keySpec: "AES_256",
    encryptionContext: { Department: "Engineering", Project: "Alpha" },
  },
  requestID: "e0eb83e3-63bc-11e4-bc2b-4198b6150d5c",
  eventID: "a9dea4f9-8395-46c0-942c-f509c02c2b71",
  readOnly: true,
  resources: [{ ARN: documentedKmsKey, accountId: account }],
};

export const sign = {
  ...common,
  eventVersion: "1.08",
  userIdentity: alice,
  eventTime: "2022-03-07T22:36:44Z",
  eventName: "Sign",
  requestParameters: {
    messageType: "RAW",
    keyId: "0987dcba-09fe-87dc-65ba-ab0987654321",
    signingAlgorithm: "RSASSA_PKCS1_V1_5_SHA_256",
  },
  requestID: "8d0b35e0-46cf-48b9-be99-bf2ebc9ab9fb",
  eventID: "107b3cac-b125-4556-9702-12a2b9afcff7",
  readOnly: true,
  resources: [resource(documentedKmsKey)],
};

/** By an AWS service that holds a grant: "Amazon EC2 example two". */
export const decryptUnderGrant = {
  ...decrypt,
  eventVersion: "1.02",
  userIdentity: {
    type: "AssumedRole",
    principalId: "111122223333:aws:ec2-infrastructure:i-81e2f56c",
    arn: "arn:aws:sts::111122223333:assumed-role/aws:ec2-infrastructure/i-81e2f56c",
    accountId: "111122223333",
    accessKeyId: "",
    sessionContext: {
      attributes: { mfaAuthenticated: "false", creationDate: "2014-11-05T21:35:38Z" },
      sessionIssuer: {
        type: "Role",
        principalId: "111122223333:aws:ec2-infrastructure",
        arn: "arn:aws:iam::111122223333:role/aws:ec2-infrastructure",
        accountId: "111122223333",
        userName: "aws:ec2-infrastructure",
      },
    },
  },
  eventTime: "2014-11-05T21:35:47Z",
  requestParameters: { encryptionContext: { "aws:ebs:id": "vol-f67bafb2" } },
  requestID: "b4b27883-6533-11e4-b4d9-751f1761e9e5",
  eventID: "edb65380-0a3e-4123-bbc8-3d1b7cff49b0",
};

export const putKeyPolicy = {
  ...common,
  eventVersion: "1.08",
  userIdentity: alice,
  eventTime: "2022-09-01T20:06:16Z",
  eventName: "PutKeyPolicy",
  requestParameters: {
    keyId: "1234abcd-12ab-34cd-56ef-1234567890ab",
    policyName: "default",
    policy: '{\n  "Version" : "2012-10-17"\n}',
    bypassPolicyLockoutSafetyCheck: false,
  },
  requestID: "7bb906fa-dc21-4350-b65c-808ff0f72f55",
  eventID: "c217db1f-903f-4a2f-8f88-9580182d6313",
  readOnly: false,
  resources: [resource(documentedKmsKey)],
  managementEvent: true,
  eventCategory: "Management",
};

/** KMS's own rotation: no request, no principal. */
export const rotateKey = {
  eventVersion: "1.05",
  userIdentity: { accountId: account, invokedBy: "AWS Internal" },
  eventTime: "2021-01-14T01:41:59Z",
  eventSource: "kms.amazonaws.com",
  eventName: "RotateKey",
  awsRegion: "us-west-2",
  sourceIPAddress: "AWS Internal",
  userAgent: "AWS Internal",
  requestParameters: null,
  responseElements: null,
  eventID: "a24b3967-ddad-417f-9b22-2332b918db06",
  readOnly: false,
  resources: [resource(documentedKmsKey)],
  eventType: "AwsServiceEvent",
  recipientAccountId: account,
  serviceEventDetails: { keyId: "1234abcd-12ab-34cd-56ef-1234567890ab" },
};

/** What EventBridge is told: "Monitor KMS keys with Amazon EventBridge". */
export const rotationEvent = {
  version: "0",
  id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
  "detail-type": "KMS CMK Rotation",
  source: "aws.kms",
  account,
  time: "2025-05-23T03:11:54Z",
  region: "us-west-2",
  resources: [documentedKmsKey],
  detail: {
    "key-id": "1234abcd-12ab-34cd-56ef-1234567890ab",
    "key-origin": "AWS_KMS",
    "rotation-type": "ON_DEMAND",
  },
};

/** Forms of `userIdentity`. */
export const identities = {
  iamUser: alice,
  assumedRole: {
    type: "AssumedRole",
    principalId: "AROAIDPPEZS35WEXAMPLE:AssumedRoleSessionName",
    arn: "arn:aws:sts::123456789012:assumed-role/RoleToBeAssumed/MySessionName",
    accountId: "123456789012",
    accessKeyId: "",
    sessionContext: {
      attributes: { mfaAuthenticated: "false", creationDate: "20131102T010628Z" },
      sessionIssuer: {
        type: "Role",
        principalId: "AROAIDPPEZS35WEXAMPLE",
        arn: "arn:aws:iam::123456789012:role/RoleToBeAssumed",
        accountId: "123456789012",
        userName: "RoleToBeAssumed",
      },
    },
  },
  root: {
    type: "Root",
    principalId: "123456789012",
    arn: "arn:aws:iam::123456789012:root",
    accountId: "123456789012",
    accessKeyId: "",
  },
  federatedUser: {
    type: "FederatedUser",
    principalId: "123456789012:Bob",
    arn: "arn:aws:sts::123456789012:federated-user/Bob",
    accountId: "123456789012",
    accessKeyId: "",
    sessionContext: {
      sessionIssuer: {
        type: "IAMUser",
        principalId: "AIDAJ45Q7YFFAREXAMPLE",
        arn: "arn:aws:iam::123456789012:user/Alice",
        accountId: "123456789012",
        userName: "Alice",
      },
    },
  },
  awsAccount: { type: "AWSAccount", principalId: "AIDAQRSTUVWXYZEXAMPLE", accountId: "777788889999" },
  awsService: { type: "AWSService", invokedBy: "ec2.amazonaws.com" },
} as const;
