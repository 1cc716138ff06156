import type { Command } from "commander";
import type { Cli } from "../session.ts";
import { addAuditExport } from "./audit/export.ts";
import { addAuditPublicKey } from "./audit/public-key.ts";
import { addAuditVerify } from "./audit/verify.ts";

/** `waxseal audit …` */
export function addAudit(program: Command, cli: Cli): void {
  const audit = program.command("audit").description("read the audit, and verify it");
  addAuditExport(audit, cli);
  addAuditVerify(audit, cli);
  addAuditPublicKey(audit, cli);
}
