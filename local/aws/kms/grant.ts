import type { Caller } from "../caller.ts";

export interface Grant {
  readonly id: string;
  /** ARN of a role, a user or a role's session. */
  readonly grantee: string;
  readonly operations: readonly string[];
  /** Pairs that the encryption context must have, or be. */
  readonly subset?: Readonly<Record<string, string>>;
  readonly equals?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly issuer: string;
  /** In ms. */
  readonly at: number;
}

/** "If any key policy, IAM policy, or grant allows the request", and none denies it. @param action - as `Decrypt`. */
export function isGranted(
  grants: readonly Grant[],
  caller: Caller,
  action: string,
  context: Readonly<Record<string, string>>,
): boolean {
  return grants.some(({ grantee, operations, subset, equals }) => {
    if (grantee !== caller.principalArn && grantee !== caller.arn) return false;
    if (!operations.includes(action)) return false;
    const has = (pairs: Readonly<Record<string, string>>) =>
      Object.entries(pairs).every(([name, value]) => context[name] === value);
    if (equals && Object.keys(equals).length !== Object.keys(context).length) return false;
    return has(equals ?? subset ?? {});
  });
}
