import type { Command } from "commander";
import type { Cli } from "../session.ts";
import { addAuditErase } from "./audit/erase.ts";
import { addAuditExport } from "./audit/export.ts";
import { addAuditList } from "./audit/list.ts";
import { addAuditPublicKey } from "./audit/public-key.ts";
import { addAuditReconcile } from "./audit/reconcile.ts";
import { addAuditRedrive } from "./audit/redrive.ts";
import { addAuditShow } from "./audit/show.ts";
import { addAuditVerify } from "./audit/verify.ts";

/** `waxseal audit …` */
export function addAudit(program: Command, cli: Cli): void {
  const audit = program
    .command("audit")
    .description("read the audit, and verify it; that you read it is in it too");
  addAuditList(audit, cli);
  addAuditShow(audit, cli);
  addAuditExport(audit, cli);
  addAuditVerify(audit, cli);
  addAuditReconcile(audit, cli);
  addAuditRedrive(audit, cli);
  addAuditPublicKey(audit, cli);
  addAuditErase(audit, cli);
}
