import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleWeb, webBundle, webEntries } from "../../../infra/bundle-web.ts";
import manifest from "../../../package.json" with { type: "json" };

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "waxseal-web-"));
  await bundleWeb(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What a bundle imports, or names of Node. */
async function importsOf(text: string): Promise<string[]> {
  const file = join(folder, "looked-at.js");
  writeFileSync(file, text);
  const { metafile } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    metafile: true,
    external: ["*"],
  });
  return Object.values(metafile.outputs).flatMap(({ imports }) => imports.map((one) => one.path));
}

describe("what is published for browsers", () => {
  test("imports nothing", async () => {
    for (const entry of Object.values(webEntries)) {
      const text = await webBundle(entry);
      expect(await importsOf(text)).toEqual([]);
      expect(text).not.toMatch(/\brequire\(|\bprocess\.|\bBuffer\b|node:/);
    }
    expect(await importsOf('import "node:fs";')).toEqual(["node:fs"]);
  });

  test("element and client together are under 25 kB gzipped", async () => {
    const text = await webBundle(webEntries.element);
    // The client is in the element's file.
    expect(text).toContain("/v1/provider-keys");
    const bytes = gzipSync(text, { level: 9 }).byteLength;
    console.log(`element and client: ${bytes} bytes gzipped, ${text.length} minified`);
    expect(bytes).toBeLessThan(25_000);
  });

  test("is where the package's exports say, and works in Node", async () => {
    const path = (file: string) => join(folder, file.replace("./dist/package/", ""));
    const { createClient, WaxsealApiError } = (await import(
      pathToFileURL(path(manifest.exports["./client"].default)).href
    )) as typeof import("../../../web/client/index.ts");
    const answer = async () => Response.json({ providerKeys: [] });
    const client = createClient({ baseUrl: "https://keys.example", token: () => "a-token", fetch: answer });
    expect(await client.list()).toEqual([]);
    expect(new WaxsealApiError("CONFLICT", 409)).toMatchObject({ code: "CONFLICT" });
    const element = (await import(pathToFileURL(path(manifest.exports["./element"].node)).href)) as object;
    expect(Object.keys(element).toSorted()).toEqual(["WaxsealProviderKeys", "strings"]);
  });

  test("is marked as what a bundler must not leave out, if it defines the element", () => {
    expect(manifest.sideEffects).toEqual([manifest.exports["./element"].default]);
  });
});
