/** `npm run examples`: every example of docs/examples against a local system that is started for it. */
import { parseArgs } from "node:util";
import "./sources.ts";
import type { Browser } from "playwright-core";
import type { Example } from "./example.ts";

const help = `npm run examples [-- [--json] [NAME …]]

  npm run examples                   starts the local system and runs every example of docs/examples
  npm run examples -- openai nextjs  those whose name has one of these words in it
  npm run examples -- --list         their names
  npm run --silent examples -- --json   one line of JSON an example: {"name","ok","seconds","error"?}

Exits with 0 if all that ran went well, with 1 if one did not, with 2 if there is none of that name. The two pages
need a browser: on Linux on x64 one is installed, elsewhere an installed Chrome is taken.
`;

interface Outcome {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly error?: string;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const options = parsed();
  if (!options || options.values.help) {
    (options ? process.stdout : process.stderr).write(help);
    return options ? 0 : 2;
  }
  const { examples } = await import("./all.ts");
  const { values, positionals: words } = options;
  const wanted = examples.filter(
    ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
  );
  if (values.list) for (const { name, says } of wanted) process.stdout.write(`${name.padEnd(12)} ${says}\n`);
  if (wanted.length > 0) return values.list || (await runAll(wanted, values.json)) ? 0 : 1;
  process.stderr.write(`There is no example of that name: ${examples.map(({ name }) => name).join(", ")}\n`);
  return 2;
}

function parsed() {
  const flag = { type: "boolean", default: false } as const;
  try {
    return parseArgs({
      allowPositionals: true,
      options: { json: flag, list: flag, help: { ...flag, short: "h" } },
    });
  } catch {
    return undefined;
  }
}

async function runAll(wanted: readonly Example[], json: boolean): Promise<boolean> {
  const { startWorld } = await import("./world.ts");
  let browser: Promise<Browser> | undefined;
  const world = await startWorld(() => (browser ??= launched()));
  let isGood = true;
  try {
    for (const example of wanted) {
      const outcome = await outcomeOf(() => example.run(world), example.name);
      process.stdout.write(`${json ? JSON.stringify(outcome) : line(outcome, example)}\n`);
      isGood &&= outcome.ok;
    }
  } finally {
    await (await browser)?.close();
    await world[Symbol.asyncDispose]();
  }
  return isGood;
}

async function launched(): Promise<Browser> {
  const [{ chromium }, { launchOptions }] = await Promise.all([
    import("playwright-core"),
    import("../browser/support/chromium.ts"),
  ]);
  return chromium.launch(await launchOptions());
}

async function outcomeOf(run: () => Promise<void>, name: string): Promise<Outcome> {
  const began = performance.now();
  const seconds = () => Number(((performance.now() - began) / 1000).toFixed(2));
  try {
    await run();
    return { name, ok: true, seconds: seconds() };
  } catch (error) {
    return { name, ok: false, seconds: seconds(), error: String(error) };
  }
}

function line({ name, ok, seconds, error }: Outcome, { says }: Example): string {
  const start = `${ok ? "ok    " : "FAILED"} ${name.padEnd(12)} ${seconds.toFixed(1).padStart(5)} s  ${says}`;
  return error === undefined ? start : `${start}\n       ${error.replaceAll("\n", "\n       ")}`;
}
