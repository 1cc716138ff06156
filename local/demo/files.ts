/** The page's files. Its scripts are bundled when they are first asked for, so that a start is none the slower for them. */
import { readFile } from "node:fs/promises";
import path from "node:path";

export interface PageFile {
  readonly type: string;
  readonly content: () => Promise<string>;
}

const folder = path.join(import.meta.dirname, "page");

export function pageFiles(): ReadonlyMap<string, PageFile> {
  return new Map([
    ["/", onDisk("index.html", "text/html; charset=utf-8")],
    ["/_demo/page.css", onDisk("page.css", "text/css; charset=utf-8")],
    ["/_demo/seal.svg", onDisk("seal.svg", "image/svg+xml")],
    ["/_demo/page.js", bundled("local/demo/page/index.ts")],
    ["/_demo/element.js", bundled("web/element/index.ts")],
  ]);
}

function onDisk(name: string, type: string): PageFile {
  return { type, content: () => readFile(path.join(folder, name), "utf8") };
}

function bundled(entry: string): PageFile {
  let made: Promise<string> | undefined;
  const make = async () => {
    const { webBundle } = await import("../../infra/bundle-web.ts");
    return webBundle(entry);
  };
  return { type: "text/javascript; charset=utf-8", content: () => (made ??= make()) };
}

/**
 * Nothing from elsewhere, nothing inline, in nobody's frame. `lit-html` twice: the element brings a copy of its own, as it is
 * published.
 */
export const pageHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types lit-html 'allow-duplicates'",
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};
