/**
 * Waxseal for other Lambdas and back ends: use a user's provider key without keeping it. Nothing of AWS
 * is made at import; clients are made at the first use, from the environment that `grantUse` gives.
 */
export { errorCodes, isWaxsealError, WaxsealError, type AwsFailure, type ErrorCode } from "./errors.ts";
export { withProviderKey, type ProviderKeyRequest } from "./provider-keys/with-provider-key.ts";
export { describeProviders, type ProviderDescription } from "./providers/describe.ts";
export type { Provider } from "./providers/provider.ts";
export { registry as providers } from "./providers/registry.ts";
export { providerFetch } from "./proxy/provider-fetch.ts";
export { Secret } from "./secret.ts";
