import { OperatorError } from "../jobs/operator-error.ts";
import type { Provider } from "../providers/provider.ts";
import { registry } from "../providers/registry.ts";

/** A column of the legacy table, and whose keys are in it. */
export interface Column {
  readonly column: string;
  readonly provider: Provider;
}

export const legacyColumns =
  "encryptedOpenAIKey=openai,encryptedAnthropicKey=anthropic,encryptedGoogleKey=google";

/**
 * `column=provider,…`
 *
 * @throws {OperatorError} `USAGE`.
 */
export function parseColumns(text: string): Column[] {
  const columns = text.split(",").map((part) => {
    const at = part.lastIndexOf("=");
    const provider = registry.find(({ id, endpoints }) => id === part.slice(at + 1) && endpoints.length > 0);
    if (at < 1 || !provider) throw new OperatorError("USAGE", howColumns());
    return { column: part.slice(0, at), provider };
  });
  // Two columns of one provider would be one slot.
  const isOnce = (values: readonly unknown[]) => new Set(values).size === values.length;
  if (isOnce(columns.map(({ column }) => column)) && isOnce(columns.map(({ provider }) => provider)))
    return columns;
  throw new OperatorError("USAGE", "--columns names each column and each provider once");
}

function howColumns(): string {
  const ids = registry.filter(({ endpoints }) => endpoints.length > 0).map(({ id }) => id);
  return `--columns takes COLUMN=PROVIDER,…; providers are ${ids.join(", ")}`;
}
