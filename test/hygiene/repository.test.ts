import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { registry } from "../../lib/providers/registry.ts";
import { CANARY } from "../support/keys.ts";

const root = join(import.meta.dirname, "../..");

const read = (file: string): string => readFileSync(join(root, file), "utf8");

/** What is, or would be, committed. */
const files = listed().filter((file) => existsSync(join(root, file)) && statSync(join(root, file)).isFile());

function listed(): string[] {
  try {
    const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    const names = execFileSync("git", args, { cwd: root, stdio: ["ignore", "pipe", "ignore"] });
    return names.toString("utf8").split("\0").filter(Boolean);
  } catch {
    // A bare machine has no git: all but the folders that are never committed.
    const never = [
      ".git",
      ...read(".gitignore")
        .split("\n")
        .map((line) => line.replace(/\/$/, "")),
    ];
    return readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
      (file) => !file.split("/").some((part) => never.includes(part)),
    );
  }
}

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly workspaces?: readonly string[];
  readonly allowScripts?: Readonly<Record<string, boolean>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<
    Record<string, { resolved?: string; link?: boolean; hasInstallScript?: boolean }>
  >;
}

const manifest = JSON.parse(read("package.json")) as Manifest;
const lock = JSON.parse(read("package-lock.json")) as Lock;

describe("the packages", () => {
  test("are named at exact versions", () => {
    const folders = ["", ...(manifest.workspaces ?? []).map((folder) => `${folder}/`)];
    for (const folder of folders) {
      const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
        read(`${folder}package.json`),
      ) as Manifest;
      const versions = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
      expect(versions.length).toBeGreaterThan(0);
      expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
    }
  });

  test("are locked without the address that they came from", () => {
    const addresses = Object.values(lock.packages).filter(
      ({ link, resolved }) => link !== true && resolved !== undefined,
    );
    expect(addresses).toEqual([]);
    expect(read("package-lock.json")).not.toMatch(/"resolved": "http/);
  });

  test("need no install script: each that has one works without, and is named as not allowed", () => {
    const withScript = Object.entries(lock.packages).filter(
      ([, { hasInstallScript }]) => hasInstallScript === true,
    );
    // Optional builds for other systems are in the lock, and are never run here.
    const names = withScript
      .map(([path]) => path.replace(/^.*node_modules\//, ""))
      .filter((name) => name !== "fsevents");
    expect(names.filter((name) => manifest.allowScripts?.[name] !== false)).toEqual([]);
    expect(Object.values(manifest.allowScripts ?? {}).filter((isAllowed) => isAllowed)).toEqual([]);
  });
});

describe("the commands", () => {
  test("that start and test a fresh clone are in the README", () => {
    const readme = read("README.md");
    expect(readme).toContain("npm ci && npm start");
    expect(readme).toContain("npm ci && npm test");
  });

  test("run files that exist", () => {
    const words = Object.values(manifest.scripts ?? {}).flatMap((script) => script.split(/\s+/));
    const paths = words.filter((word) => /\.(?:ts|js|json)$/.test(word));
    expect(paths.length).toBeGreaterThan(2);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test("that CI runs is there, executable", () => {
    expect(statSync(join(root, ".ci/run")).mode & 0o111).not.toBe(0);
  });
});

describe("the files", () => {
  test("name no package registry: everyone has their own", () => {
    // In parts, so that this file does not name them.
    const hosts = [
      ["registry", "npmjs", "org"],
      ["registry", "yarnpkg", "com"],
      ["npm", "pkg", "github", "com"],
      ["pypi", "org"],
    ];
    const registries = hosts.map((host) => host.join("."));
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => registries.some((host) => read(file).includes(host)))).toEqual([]);
  });

  test("hold no provider key that does not say that it is a canary", () => {
    const patterns = registry.flatMap(({ leakPattern }) =>
      leakPattern ? [new RegExp(`(?<![A-Za-z0-9_-])(?:${leakPattern.source})`, "g")] : [],
    );
    const found = files.flatMap((file) => {
      const text = read(file);
      const keys = patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([match]) => match));
      return keys
        .filter((match) => looksRandom(match) && !match.includes(CANARY))
        .map((match) => `${file}: ${match.slice(0, 8)}…`);
    });
    expect(found).toEqual([]);
  });

  test("link to each other without a dead end, headings included", () => {
    const markdown = files.filter((file) => file.endsWith(".md"));
    expect(
      markdown.flatMap((file) =>
        links(file)
          .filter((link) => !leadsSomewhere(file, link))
          .map((link) => `${file}: ${link}`),
      ),
    ).toEqual([]);
  });
});

/** Placeholders (`sk-your-key-goes-here`) are words; a key of this length without a digit or a capital is not. */
const looksRandom = (text: string): boolean => /\d/.test(text) && /[A-Z]/.test(text.slice(4));

/** The relative links of a page, not looking into code. */
function links(file: string): string[] {
  const text = read(file).replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, "");
  const targets = [...text.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)].map(([, target]) => target ?? "");
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

function leadsSomewhere(file: string, link: string): boolean {
  const [path = "", heading] = link.split("#");
  const target = path === "" ? file : join(dirname(file), decodeURIComponent(path));
  if (!existsSync(join(root, target))) return false;
  return heading === undefined || !target.endsWith(".md") || headings(target).includes(heading);
}

/** As GitHub makes anchors of headings: lower case, blanks to `-`, other marks dropped. */
function headings(file: string): string[] {
  const titles = [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, title]) => title ?? "");
  return titles.map((title) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
