/** Less than the hour for which a token is good. */
const KEPT_MS = 10 * 60_000;

/**
 * Tokens of the local issuer, which gives one for whomever is named: where an application would ask its session. They are
 * kept in this closure and nowhere else.
 */
export function tokens(): (person: string) => Promise<string | undefined> {
  const kept = new Map<string, { readonly token: string; readonly until: number }>();
  return async (person) => {
    const known = kept.get(person);
    if (known && known.until > Date.now()) return known.token;
    const response = await fetch(`/local/token?sub=${encodeURIComponent(person)}`);
    if (!response.ok) return undefined;
    const token = await response.text();
    kept.set(person, { token, until: Date.now() + KEPT_MS });
    return token;
  };
}
