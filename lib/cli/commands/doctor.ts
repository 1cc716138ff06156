import type { Command } from "commander";
import type { Check } from "../doctor/check.ts";
import { checkKmsKeys } from "../doctor/kms.ts";
import { checkJobs, checkRecords, checkSettings } from "../doctor/settings.ts";
import { checkTables } from "../doctor/tables.ts";
import { checkTrail } from "../doctor/trail.ts";
import { Session, type Cli } from "../session.ts";
import { table } from "../terminal.ts";

/** `waxseal doctor` */
export function addDoctor(program: Command, cli: Cli): void {
  program
    .command("doctor")
    .description(
      "look at a deployment: stack, KMS keys and their policies, trail, tables, roles, settings, records",
    )
    .addHelpText("after", "\nChanges nothing. Ends with 1 if something is wrong, or could not be looked at.")
    .action(async (_options: unknown, self: Command) => {
      const { stage } = self.optsWithGlobals<{ stage?: string }>();
      const session = await Session.open(cli, stage);
      const groups = await Promise.all([
        Promise.resolve(checkSettings(session)),
        checkKmsKeys(session),
        checkTables(session),
        checkTrail(session),
        checkRecords(cli, session),
        checkJobs(session),
      ]);
      const checks = groups.flat();
      const ok = checks.every(({ state }) => state === "ok" || state === "advice");
      if (!ok) cli.exitCode = 1;
      cli.terminal.answer({ schemaVersion: 1, ok, checks }, () => lines(checks));
    });
}

const marks: Readonly<Record<Check["state"], string>> = {
  ok: "ok",
  advice: "advice",
  wrong: "WRONG",
  unknown: "UNKNOWN",
};

function lines(checks: readonly Check[]): string[] {
  const rows = table(checks.map(({ name, state, found }) => [marks[state], name, found]));
  return checks.flatMap(({ advice }, index) => [
    rows[index] ?? "",
    ...(advice ? [`        → ${advice}`] : []),
  ]);
}
