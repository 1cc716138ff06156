/**
 * A manifest: what one batch of a recorder put into the audit log, by id and hash. It is written to the audit's
 * bucket after the events, so an event without a manifest is one that will be recorded again.
 *
 * The object's name is `manifests/<when it was written, ISO 8601>-<first 16 digits of its hash>.json`, its content the
 * canonical encoding. The same event may be in several; always with the same hash.
 */
export interface Manifest {
  readonly schemaVersion: 1;
  /** `[<recordId>/<eventSeq>, SHA-256 of the event's canonical encoding in hexadecimal]`, sorted by id. */
  readonly events: readonly (readonly [eventId: string, hash: string])[];
}

/** Where a recorder leaves its manifests. */
export interface ManifestWriter {
  /** @throws whatever makes the batch be delivered again. */
  write(manifest: Manifest): Promise<void>;
}
