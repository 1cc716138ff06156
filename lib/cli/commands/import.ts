import { InvalidArgumentError, Option, type Command } from "commander";
import { kdfs, legacyKdf } from "../../legacy/cipher-key.ts";
import { legacyColumns } from "../../legacy/columns.ts";
import { encodings, shapes } from "../../legacy/value.ts";
import type { ImportOptions } from "../import-options.ts";
import { importLegacy } from "../import.ts";
import type { Cli } from "../session.ts";

const after = `
A line of the input: {"id":"…","encryptedOpenAIKey":"…","encryptedAnthropicKey":"…","encryptedGoogleKey":"…"}
The id is the one in the tokens, as text. Nothing that was saved since is overwritten; run again, it goes on.
Against a database:  DATABASE_URL=postgres://… waxseal import --from env:DATABASE_URL --dry-run`;

/** `waxseal import` */
export function addImport(program: Command, cli: Cli): void {
  const command = program
    .command("import")
    .description("import the encrypted keys of an application's own table")
    .addHelpText("after", after);
  for (const option of [...sourceOptions(), ...cipherOptions(), ...runOptions()]) command.addOption(option);
  command.action((_options: unknown, self: Command) =>
    importLegacy(cli, self.optsWithGlobals<ImportOptions>()),
  );
}

function sourceOptions(): Option[] {
  return [
    new Option(
      "--from <source>",
      "postgres://…, env:NAME (a variable with such), a file of JSON Lines, or -",
    ).makeOptionMandatory(),
    new Option("--table <name>", "the table, with its schema where it needs one").default("User"),
    new Option("--id-column <name>", "the user's id").default("id"),
    new Option("--columns <list>", "COLUMN=PROVIDER,…").default(legacyColumns),
  ];
}

function cipherOptions(): Option[] {
  const { kdf, salt, cost, iterations } = legacyKdf;
  return [
    new Option("--secret-env <name>", "the variable that holds the legacy secret").default(
      "API_KEY_ENCRYPTION_KEY",
    ),
    new Option("--kdf <name>", "how the cipher key is made of the secret").choices(kdfs).default(kdf),
    new Option("--salt <text>", "of scrypt and pbkdf2-sha256").default(salt),
    new Option("--cost <n>", "of scrypt").argParser(powerOfTwo).default(cost),
    new Option("--iterations <n>", "of pbkdf2-sha256")
      .argParser(wholeNumber(1, 10_000_000))
      .default(iterations),
    new Option("--shape <form>", "iv:ct is AES-256-CBC, the others AES-256-GCM")
      .choices(shapes)
      .default("iv:ct"),
    new Option("--encoding <name>", "of each part").choices(encodings).default("hex"),
    new Option("--skip-secret-check", "go on although none of the first values opens"),
  ];
}

function runOptions(): Option[] {
  return [
    new Option("--dry-run", "say what would be done, and write nothing; needs no deployment"),
    new Option("--verify", "open what was imported and compare it"),
    new Option("--report <file>", "what became of each value, as JSON Lines; holds user ids, and no value"),
    new Option("--report-empty", "in the report, empty values too"),
    new Option("--share <percent>", "of the KMS quota (default: the deployment's)").argParser(
      wholeNumber(1, 100),
    ),
  ];
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,8}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`A whole number from ${least} to ${most}.`);
  };
}

function powerOfTwo(text: string): number {
  const value = wholeNumber(2, 1_048_576)(text);
  if (Number.isInteger(Math.log2(value))) return value;
  throw new InvalidArgumentError("A power of two.");
}
