import { censusOf } from "../census.ts";
import type { Census } from "../../census/census.ts";
import { isEnded } from "../../jobs/job.ts";
import { describeKmsKey } from "../../jobs/kms-key.ts";
import type { Cli, Session } from "../session.ts";
import { advise, checked, expectThat, ok, wrong, type Check } from "./check.ts";

/** The deployment itself, and how it is set. */
export function checkSettings({ deployment }: Session): Check[] {
  const { status, deployedAt, issuer, writeSuite, roles } = deployment;
  const on = [roles.reseal && "reseal", roles.import && "import", roles.export && "export"].filter(Boolean);
  const isComplete = /^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status);
  return [
    expectThat(
      isComplete,
      "stack",
      `${status}, ${deployedAt.toISOString()}`,
      "see its events in CloudFormation",
    ),
    expectThat(
      !issuer.endsWith(".example"),
      "issuer",
      issuer,
      "no token is accepted: cdk deploy -c issuer=… -c jwksUri=…",
    ),
    writeSuite === "A256GCM"
      ? ok("write-suite", writeSuite)
      : advise(
          "write-suite",
          writeSuite,
          "A256GCM is advised where nothing needs the older suite: waxseal migrate",
        ),
    on.length === 0
      ? ok("switched-jobs", "none: the roles that decrypt for jobs are not there")
      : advise(
          "switched-jobs",
          on.join(", "),
          "switch them off when the job is done: cdk deploy without -c jobs=…",
        ),
  ];
}

/** What the records say. */
export function checkRecords(cli: Cli, session: Session): Promise<Check[]> {
  return checked("records", async () => {
    const census = await censusOf(session, await session.under("rewrap"), cli.terminal);
    const { total, behind, unreadable, bySuite, byKeyMaterial } = census;
    const { readSuites, encryptionKeys } = session.deployment;
    const known = [...encryptionKeys.values()];
    const strange = byKeyMaterial.filter(({ encryptionKeyId }) => !known.includes(encryptionKeyId));
    const refused = Object.keys(bySuite).filter((suite) => !readSuites.some((read) => read === suite));
    return [
      ok("rewrap-role", "can be taken, and reads wrappings alone"),
      unreadable === 0
        ? ok("records", `${total}`)
        : wrong(
            "records",
            `${unreadable} of ${total} do not have the form of one`,
            "restore them from a backup",
          ),
      behind === 0
        ? ok("records behind", "none")
        : advise("records behind", `${behind} of ${total}`, "waxseal rewrap"),
      expectThat(
        strange.length === 0,
        "records' KMS keys",
        strange.length === 0
          ? "all are the stack's"
          : `${strange.reduce((sum, { records }) => sum + records, 0)} are wrapped under one that the stack does not have`,
        "put its name back into the setting encryptionKeys: without it they do not open",
      ),
      expectThat(
        refused.length === 0,
        "records' suites",
        refused.length === 0 ? Object.keys(bySuite).join(", ") || "none" : `${refused.join(", ")}: refused`,
        "put the suite back into the setting readSuites, and migrate: waxseal migrate",
      ),
      ...(await underUnusableKeys(session, census)),
    ];
  });
}

/** A KMS key that is retired is none to worry about, unless a record needs it: came back by a restore, say. */
async function underUnusableKeys({ own, deployment }: Session, { byKeyMaterial }: Census): Promise<Check[]> {
  const checks = [...deployment.encryptionKeys].map(async ([name, arn]): Promise<Check[]> => {
    const needing = byKeyMaterial.filter(({ encryptionKeyId }) => encryptionKeyId === arn);
    const records = needing.reduce((sum, one) => sum + one.records, 0);
    if (records === 0) return [];
    const { KeyState: state = "unknown" } = await describeKmsKey(own.kms, arn);
    if (state === "Enabled") return [];
    const found = `${records} do not open: KMS key ${name} is ${state}`;
    return [wrong("records' KMS keys", found, `waxseal retire ${name} --undo, then waxseal rewrap`)];
  });
  return (await Promise.all(checks)).flat();
}

export function checkJobs({ jobs }: Session): Promise<Check[]> {
  return checked("jobs", async () => {
    const stopped = (await jobs.list()).filter((job) => !isEnded(job) && job.state === "stopped");
    if (stopped.length === 0) return [ok("jobs", "none is stopped")];
    const [first] = stopped;
    return [advise("jobs", `${stopped.length} stopped`, `waxseal job status ${first?.jobId ?? ""}`)];
  });
}
