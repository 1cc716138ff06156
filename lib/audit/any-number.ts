/**
 * For reading what somebody may have spoilt. A number of DynamoDB has up to 38 digits, of which JavaScript keeps 16, and
 * the SDK throws at others: one item would stop all. So those stay text, which no event and no record has in their place.
 */
export const anyNumbers = { unmarshallOptions: { wrapNumbers: numberOrText } };

export function numberOrText(text: string): number | string {
  const number = Number(text);
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : text;
}
