import type { Secret } from "../../../lib/secret.ts";

export function readers(providerKey: Secret): string[] {
  const { exposeSecret } = providerKey; // refused: notHere
  const read = providerKey.exposeSecret.bind(providerKey); // refused: notHere
  return [
    providerKey.exposeSecret(), // refused: notHere
    providerKey["exposeSecret"](), // refused: notHere
    read(),
    exposeSecret.call(providerKey),
  ];
}
