import fc from "fast-check";
import { expect, test } from "vitest";
import { inclusionProof, isIncluded, merkleRoot } from "../../../lib/audit/merkle.ts";

/** The leaves and roots that Certificate Transparency's own tests have had since 2013 (RFC 6962, whose trees RFC 9162 keeps). */
const leaves = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map((hex) => Buffer.from(hex, "hex"));

test.each([
  [0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  [1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"],
  [2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
  [3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"],
  [4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"],
  [5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"],
  [6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"],
  [7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"],
  [8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"],
])("the root of the first %i known leaves is the known one", (size, root) => {
  expect(merkleRoot(leaves.slice(0, size))).toBe(root);
});

const someLeaves = fc.array(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 40 });

test("every leaf of every tree is included by its proof, and no other leaf, place or size is", () => {
  fc.assert(
    fc.property(someLeaves, fc.nat(), (some, at) => {
      const [index, size, root] = [at % some.length, some.length, merkleRoot(some)];
      const leaf = some[index] ?? new Uint8Array();
      const proof = inclusionProof(some, index);
      expect(isIncluded(leaf, index, size, proof, root)).toBe(true);
      expect(isIncluded(Buffer.concat([leaf, Buffer.of(1)]), index, size, proof, root)).toBe(false);
      expect(isIncluded(leaf, size, size, proof, root)).toBe(false);
      expect(isIncluded(leaf, index, size, [...proof, root], root)).toBe(false);
      if (proof.length > 0) expect(isIncluded(leaf, index, size, proof.slice(1), root)).toBe(false);
    }),
  );
});
