import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { costTables } from "../../../lib/cost/tables.ts";

/** Its cells, however they are padded; the line under a head is the same in every table. */
const cellsOf = (line: string) =>
  line
    .split("|")
    .map((cell) => cell.trim())
    .join("|");

test("the tables of docs/scale.md are those that `waxseal cost --tables` prints", () => {
  const page = readFileSync(new URL("../../../docs/scale.md", import.meta.url), "utf8");
  const inPage = page.split("\n").filter((line) => line.startsWith("|") && !line.startsWith("| --"));
  const printed = costTables().filter((line) => line !== "" && !line.startsWith("| --"));
  expect(inPage.map(cellsOf)).toEqual(printed.map(cellsOf));
});
