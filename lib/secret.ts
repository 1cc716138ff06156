import { createHash, timingSafeEqual } from "node:crypto";
import { inspect } from "node:util";

const REDACTED = "[redacted]";

/**
 * A provider key in memory. It prints `[redacted]` wherever something prints it by accident
 * (`String()`, template strings, `JSON.stringify`, `console.log`, `util.inspect`, error causes).
 *
 * `exposeSecret()` is the one way to read it, so the audit of plaintext is one search; a lint rule
 * allows the call in named files only. JavaScript strings cannot be zeroed: what this type prevents
 * is printing, not a memory dump.
 *
 * @example
 * const providerKey = new Secret("sk-example");
 * `${providerKey}`; // "[redacted]"
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The plaintext. Pass it straight to what needs it; never store, log or return it. */
  exposeSecret(): string {
    return this.#value;
  }

  /** Whether both hold the same text; how long it takes tells nothing of either. */
  equals(other: Secret): boolean {
    // Of hashes, since `timingSafeEqual` wants the same length of both.
    return timingSafeEqual(digest(this.#value), digest(other.#value));
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text, "utf16le").digest();
}
