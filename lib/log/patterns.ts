/**
 * What a secret looks like in a text: for redaction, so each may find too much. The formats of all
 * registered providers are here (a test holds them against the registry, which this folder may not
 * import), those of common neighbours, and the credentials that a Lambda function itself holds.
 *
 * None may need to look back over what it has read: a test times them on hostile texts.
 */
export const defaultPatterns: readonly RegExp[] = [
  // PEM, also with its line ends escaped, and also when it is cut off before its end.
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/,
  // JWS and JWE in compact form (RFC 7515 and 7516, section 3.1): base64url of `{"` is `eyJ`. No dot is
  // asked for: looking for one from every start is quadratic.
  /eyJ[\w-]{16,}(?:\.[\w-]*){0,4}/,
  // The credentials of an `Authorization` header (RFC 6750, section 2.1), also URL-encoded.
  /Bearer(?:\s|%20|\+)+[\w.~+/=-]{8,}/i,
  // RFC 7617: base64, long enough not to be the next word of a sentence.
  /Basic(?:\s|%20)+[A-Za-z0-9+/]{16,}={0,2}/i,
  // OpenAI (`sk-`, `sk-proj-`, `sk-svcacct-`, `sk-admin-`), Anthropic (`sk-ant-`), OpenRouter (`sk-or-`).
  /sk-[\w-]{16,}/,
  // Google API keys, the newer form, and OAuth access tokens.
  /AIza[\w-]{20,}/,
  /AQ\.[\w-]{20,}/,
  /ya29\.[\w.-]{16,}/,
  // Groq, xAI, Perplexity, Together, Hugging Face, Replicate.
  /(?:gsk_|xai-|pplx-|tgp_v\d_|hf_|r8_)[\w-]{16,}/,
  // Fireworks; without `_`, so that no variable's name is one.
  /fw_[A-Za-z0-9]{20,}/,
  // AWS access key ids with the prefixes of IAM users and of STS (IAM user guide, "IAM identifiers").
  /(?:AKIA|ASIA)[A-Z0-9]{16}/,
  // AWS session tokens: base64 with one of the prefixes that STS gives (seen; AWS documents no form).
  /(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|AQoDYXdz)[\w+/=%-]{16,}/,
  // A named secret in JSON, a query string, a header line or a shell assignment, whatever its form.
  /(?:authorization|cookie|passw(?:or)?d|secret|api[-_ ]?key|(?:access|session|refresh|id)[-_ ]?token|secret[-_ ]?access[-_ ]?key)\\?["']?\s*[:=]\s*\\?["']?(?:(?:basic|bearer)\s+)?[^\s"'\\,;&}]+/i,
];
