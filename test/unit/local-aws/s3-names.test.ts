/** Amazon S3 API Reference, "ListObjectsV2": lists are "in lexicographical order based on their key names", of UTF-8. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { SortedNames } from "../../../local/aws/s3/sorted-names.ts";

const byBytes = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));
const someName = fc.string({ unit: "binary", maxLength: 4 });

test("whatever is added and deleted, the rest is listed in the order of its bytes, by prefix and after a name", () => {
  const step = fc.record({ name: someName, isDeleted: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step), someName, someName, (steps, prefix, after) => {
      const names = new SortedNames();
      const expected = new Set<string>();
      for (const { name, isDeleted } of steps) {
        names[isDeleted ? "delete" : "add"](name);
        expected[isDeleted ? "delete" : "add"](name);
      }
      const listed = [...expected].filter(
        (name) => name.startsWith(prefix) && (after === "" || byBytes(name, after) > 0),
      );
      expect([...names.from(prefix, after)]).toEqual(listed.toSorted(byBytes));
    }),
  );
});

test("a sign beyond the basic ones comes after those that UTF-16 puts behind it", () => {
  const names = new SortedNames();
  for (const name of ["😀", "￼", "a"]) names.add(name);
  expect([...names.from("", "")]).toEqual(["a", "￼", "😀"]);
});
