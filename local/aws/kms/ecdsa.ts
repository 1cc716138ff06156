/**
 * ECDSA over P-256 of a digest that was made elsewhere (FIPS 186-5, sections 6.4.1 and 6.4.2), which `node:crypto`
 * cannot: it hashes whatever it signs. Of the curve only multiples of its base point are needed, since the private
 * key is at hand, and these ECDH gives. For an emulation: it does not take the same time for every number.
 */
import { createECDH, type KeyObject } from "node:crypto";

const curve = "prime256v1";
/** The order of P-256's base point (SP 800-186, section 3.2.1.3). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const numberBytes = 32;

/** The signature in DER. `digest` of 32 bytes. */
export function signDigest(privateKey: KeyObject, digest: Buffer): Buffer {
  const ephemeral = createECDH(curve);
  ephemeral.generateKeys();
  const r = abscissa(ephemeral.getPublicKey());
  const s = mod(inverse(numberOf(ephemeral.getPrivateKey())) * (numberOf(digest) + r * secretOf(privateKey)));
  return sequence(integer(r), integer(s));
}

/** Whether it is of the digest, by the key pair of `privateKey`. */
export function verifyDigest(privateKey: KeyObject, digest: Buffer, signature: Buffer): boolean {
  const [r, s] = numbersIn(signature);
  if (r === undefined || s === undefined || ![r, s].every((one) => one > 0n && one < order)) return false;
  const factor = mod(inverse(s) * (numberOf(digest) + r * secretOf(privateKey)));
  if (factor === 0n) return false;
  const multiple = createECDH(curve);
  multiple.setPrivateKey(bytesOf(factor));
  return abscissa(multiple.getPublicKey()) === r;
}

function secretOf(privateKey: KeyObject): bigint {
  return numberOf(Buffer.from(privateKey.export({ format: "jwk" }).d ?? "", "base64url"));
}

/** A point is 4, x, y (SEC 1, section 2.3.3). */
function abscissa(point: Buffer): bigint {
  return mod(numberOf(point.subarray(1, 1 + numberBytes)));
}

function mod(number: bigint): bigint {
  return ((number % order) + order) % order;
}

/** By Euclid's algorithm. */
function inverse(number: bigint): bigint {
  let [low, high, of, next] = [mod(number), order, 1n, 0n];
  while (low > 1n) [low, high, of, next] = [high % low, low, next - (high / low) * of, of];
  return mod(of);
}

function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString("hex") || "0"}`);
}

function bytesOf(number: bigint): Buffer {
  return Buffer.from(number.toString(16).padStart(2 * numberBytes, "0"), "hex");
}

/** X.690: an integer has no zero bytes in front, but one where it would look negative. */
function integer(number: bigint): Buffer {
  const digits = number.toString(16);
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex");
  const sign = (bytes[0] ?? 0) >= 0x80 ? [0] : [];
  return Buffer.from([0x02, sign.length + bytes.length, ...sign, ...bytes]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  const inside = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([0x30, inside.length]), inside]);
}

/** None where it is anything but what `sequence` makes of two integers. */
function numbersIn(signature: Buffer): readonly bigint[] {
  const at = 4 + (signature[3] ?? 0);
  const numbers = [signature.subarray(4, at), signature.subarray(at + 2)].map(numberOf);
  return sequence(...numbers.map(integer)).equals(signature) ? numbers : [];
}
