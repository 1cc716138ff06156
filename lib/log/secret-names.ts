/**
 * Names of fields whose value is never printed, at any depth, whatever it is. Compared in lower case and
 * without `-`, `_`, blanks and dots; a plural (`apiKeys`) and a name that ends with one of them (`userPassword`) count.
 */
const secretNames = [
  "authorization",
  "cookie",
  "apikey",
  "xgoogapikey",
  "providerkey",
  "openaikey",
  "anthropickey",
  "googlekey",
  "datakey",
  "plaintext",
  "ciphertext",
  "ciphertextblob",
  "encrypteddatakey",
  "wrappeddatakey",
  "privatekey",
  "accesskey",
  "signingkey",
  "encryptionkey",
  "body",
  "header",
  "token",
  "jwt",
  "password",
  "passwd",
  "passphrase",
  "secret",
  "credential",
] as const;

/** Whether a field of this name is redacted whole. */
export function isSecretName(name: string): boolean {
  // Long names are no names; the cut keeps this cheap for hostile ones.
  const normalised = name
    .slice(-64)
    .toLowerCase()
    .replace(/[-_\s.]/g, "")
    .replace(/s$/, "");
  return secretNames.some((secretName) => normalised.endsWith(secretName));
}
