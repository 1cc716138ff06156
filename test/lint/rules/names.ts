/** Identifiers and properties that hold a secret where their type can: text, bytes or anything. */
const SECRET_NAME =
  /(?:provider_?key|api_?key|data_?key|plaintext|ciphertext|password|passphrase|private_?key|client_?secret|secret_?access_?key|(?:access|session|refresh|id|bearer)_?token)$|^(?:secret|token|jwt|authorization|cookie|credentials?)$/i;

const BODY_NAME = /^(?:raw|request|event)_?body$|^body_?text$/i;
const REQUEST_NAME = /^(?:event|request|req)$/i;
const ERROR_NAME = /^(?:error|err|e|cause|reason|exception|thrown)$/i;

export const isSecretName = (name: string): boolean => SECRET_NAME.test(name);
export const isBodyName = (name: string): boolean => BODY_NAME.test(name);
export const isRequestName = (name: string): boolean => REQUEST_NAME.test(name);
export const isErrorName = (name: string): boolean => ERROR_NAME.test(name);
