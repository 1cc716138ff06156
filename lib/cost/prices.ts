/** AWS's list prices in us-east-1, without free tiers and discounts, as they were in November 2026. */

export interface Price {
  /** US dollars for one. */
  readonly usd: number;
  readonly unit: string;
  /** AWS's page. */
  readonly source: string;
}

/** When they were looked up. */
export const pricesAsOf = "2026-11-25";
export const pricesRegion = "us-east-1";

const million = 1_000_000;
const page = (service: string) => `https://aws.amazon.com/${service}/pricing/`;
const dynamodb = `${page("dynamodb")}on-demand/`;

export const prices = {
  /** REST, the first 333 million a month. */
  apiRequest: { usd: 3.5 / million, unit: "request", source: page("api-gateway") },
  lambdaRequest: { usd: 0.2 / million, unit: "invocation", source: page("lambda") },
  /** Arm. */
  lambdaGbSecond: { usd: 0.0000133334, unit: "GB-second", source: page("lambda") },
  /** On demand, since November 2024. */
  writeUnit: { usd: 0.625 / million, unit: "write unit", source: dynamodb },
  readUnit: { usd: 0.125 / million, unit: "read unit", source: dynamodb },
  tableGb: { usd: 0.25, unit: "GB-month", source: dynamodb },
  recoveryGb: { usd: 0.2, unit: "GB-month", source: dynamodb },
  /** "You are not charged for GetRecords API calls invoked by AWS Lambda as part of DynamoDB triggers." */
  streamRead: { usd: 0, unit: "read by Lambda", source: dynamodb },
  kmsKey: { usd: 1, unit: "KMS key a month", source: page("kms") },
  kmsRequest: { usd: 0.03 / 10_000, unit: "request", source: page("kms") },
  kmsSignature: { usd: 0.15 / 10_000, unit: "signature", source: page("kms") },
  s3Put: { usd: 0.005 / 1_000, unit: "PUT", source: page("s3") },
  s3Get: { usd: 0.0004 / 1_000, unit: "GET", source: page("s3") },
  s3Gb: { usd: 0.023, unit: "GB-month", source: page("s3") },
  /** "Additional copies of management events are charged at $2.00 per 100,000 events"; an account's first copy is free. */
  trailEvent: { usd: 2 / 100_000, unit: "event", source: page("cloudtrail") },
  logGb: { usd: 0.5, unit: "GB", source: page("cloudwatch") },
  alarm: { usd: 0.1, unit: "alarm a month", source: page("cloudwatch") },
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof prices;
