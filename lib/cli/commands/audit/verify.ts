import type { Command } from "commander";
import { exitCodeOf, verify, verifyLines, type VerifyFlags } from "../../audit/verify.ts";
import type { Cli } from "../../session.ts";

const after = `
Two verdicts, each with what it rests on: integrity (the events are those that were recorded, and all of them) and
completeness (every decryption that CloudTrail shows is explained by an event). Ends with 0 only if both hold.
Runs under the auditor's role, and is itself an event. Offline it asks AWS nothing.`;

/** `waxseal audit verify` */
export function addAuditVerify(audit: Command, cli: Cli): void {
  audit
    .command("verify")
    .description("whether the audit holds, and every decryption is accounted for")
    .option("--from <time>", "completeness from this time on, ISO 8601 (default: the first event)")
    .option("--to <time>", "and up to this one (default: now)")
    .option("--integrity-only", "without CloudTrail")
    .option("--offline <folder>", "the evidence in a folder: waxseal audit export --evidence")
    .option("--public-key <file>", "trust the signatures of this one: waxseal audit public-key")
    .option("--witness-sha256 <hash>", "of the folder's witness.json, as the export said")
    .addHelpText("after", after)
    .action(async (_options: unknown, command: Command) => {
      const verdicts = await verify(cli, command.optsWithGlobals<VerifyFlags>());
      cli.exitCode = exitCodeOf(verdicts);
      cli.terminal.answer({ schemaVersion: 1, ...verdicts }, () => verifyLines(verdicts));
    });
}
