import { createLogger } from "../../../lib/log/logger.ts";
import type { Secret } from "../../../lib/secret.ts";

const logger = createLogger("bad");

interface Holder {
  readonly slot: string;
  readonly held: Secret;
}

class Service {
  readonly #logger = createLogger("bad");
  readonly auditLogger = createLogger("bad");

  save(held: Secret): void {
    this.#logger.info("saved", { held }); // refused: secret
    this.auditLogger.info("saved", { held }); // refused: secret
  }
}

export function secretsInLogs(
  held: Secret,
  holder: Holder,
  all: Secret[],
  byslot: Map<string, Secret>,
): void {
  logger.info("saved", { held }); // refused: secret
  logger.info("saved", { value: held }); // refused: secret
  logger.info("saved", { deep: { deeper: [held] } }); // refused: secret
  logger.info("saved", { holder }); // refused: secret
  logger.info("saved", { ...holder }); // refused: secret
  logger.info("saved", { all, byslot }); // refused: secret secret
  logger.info("saved", { held: holder.slot ? held : undefined }); // refused: secret
  logger.debug(held.exposeSecret()); // refused: exposed
  logger.warn("last four", { tail: held.exposeSecret().slice(-4) }); // refused: exposed
  createLogger("x").error("saved", { value: held.exposeSecret() }); // refused: exposed
  console.log(held); // refused: secret
  console.dir({ held }); // refused: secret
  process.stdout.write(held.exposeSecret()); // refused: exposed
  process.stderr.write(Buffer.from(held.exposeSecret())); // refused: exposed
  const plain = held.exposeSecret();
  logger.info("saved", { plain }); // refused: exposed
  new Service().save(held);
}

interface Request {
  readonly apiKey: string;
  readonly provider: string;
}

export function namedInLogs(apiKey: string, plaintext: Uint8Array, request: Request, record: unknown): void {
  logger.info("saved", { apiKey }); // refused: named
  logger.info("saved", { value: request.apiKey }); // refused: named
  logger.info("saved", { apiKey: request.provider.trim() }); // refused: named
  logger.info(apiKey); // refused: named
  logger.info(request.apiKey.slice(0, 8)); // refused: named
  logger.info("opened", { value: Buffer.from(plaintext).toString("hex") }); // refused: named
  logger.info("opened", { sealed: (record as { ciphertext: Uint8Array }).ciphertext }); // refused: named
  logger.info("saved", { ...request }); // refused: named
  const copy = request.apiKey;
  logger.info("saved", { copy }); // refused: named
  const { apiKey: renamed } = request;
  logger.info("saved", { name: renamed, dataKey: plaintext }); // refused: named
}
