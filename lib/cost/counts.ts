/** What AWS counts: measured from the local system, or from the template, or assumed until a real account shows it. */

/** `npm run measure:counts` prints them. */
export const measured = {
  /** Of a record: over 1 KB. */
  recordBytes: 1046,
  /** A use's one `UpdateItem` of it. */
  recordUnits: 2,
  /** Of the limits' table: two writes for a request that is not the first in its time. */
  limitUnits: 2,
  kmsRequestsPerUse: 1,
  eventsPerUse: 1,
  eventBytes: 385,
  /** The event, and its places in the indexes by owner and by witness. */
  eventUnits: 3,
  /** An entry of the ledger of CloudTrail's calls, for each call of KMS. */
  ledgerUnits: 1,
  ledgerBytes: 802,
  /** To find the event (half a unit), and other attempts of the same use, before and after. */
  ledgerReadUnits: 2.5,
} as const;

/** A test holds them against the synthesised template. */
export const stackCounts = {
  development: { kmsKeys: 1, alarms: 27 },
  production: { kmsKeys: 2, alarms: 30 },
} as const;

/** Lambda's times need a real account; so do the shards of a busy table. */
export const assumed = {
  memoryGb: 0.5,
  /** Of the proxy, beside what the provider takes. */
  proxySeconds: 0.05,
  recorderBatchSeconds: 0.1,
  recorderEventSeconds: 0.005,
  reconcileEventSeconds: 0.01,
  sweepSeconds: 0.2,
  /** `START`, `END` and `REPORT`; the functions log nothing of what goes well. */
  logBytesPerInvocation: 400,
  /** Each with a batch of its own under way: four shards, four lanes in each (`ParallelizationFactor`). */
  lanes: 16,
  batchSize: 100,
  /** CloudTrail: "about every five minutes". */
  trailFilesPerMonth: 12 * 730,
  secondsPerMonth: 730 * 3600,
  /** Of an event in a manifest: its id and its hash. */
  manifestBytesPerEvent: 110,
  /** What DynamoDB adds to an item. */
  itemOverheadBytes: 100,
} as const;
