import type { NotedRole, TrailLedger } from "./ledger.ts";
import type { Report } from "./report.ts";
import { roleUses, type RoleUse, type WitnessRules } from "./rules.ts";

/**
 * The roles that there are, and those that there were: a job's role is gone when CloudTrail shows the last of its
 * calls. That a role came or went is an event of the audit, so that whoever verifies it later knows them too.
 *
 * @param current - ARNs, as the stack says now.
 */
export async function rolesEver(
  {
    ledger,
    report,
    now,
  }: {
    readonly ledger: Pick<TrailLedger, "roles" | "noteRole">;
    readonly report: Pick<Report, "role">;
    readonly now: () => Date;
  },
  current: Readonly<Record<RoleUse, readonly string[]>>,
): Promise<WitnessRules["roles"]> {
  const noted = await ledger.roles();
  const at = now().toISOString();
  const note = async (change: "role_admitted" | "role_ended", role: NotedRole, before: string) => {
    await report.role(change, role, before);
    await ledger.noteRole(role);
    return role;
  };
  const of = async (use: RoleUse) => {
    const before = new Map(noted.filter((role) => role.use === use).map((role) => [role.arn, role]));
    const roles: NotedRole[] = [];
    for (const arn of current[use]) {
      const known = before.get(arn);
      before.delete(arn);
      const isKnown = known !== undefined && known.until === undefined;
      roles.push(isKnown ? known : await note("role_admitted", { use, arn, since: at }, known?.until ?? ""));
    }
    for (const role of before.values())
      roles.push(
        role.until === undefined ? await note("role_ended", { ...role, until: at }, role.since) : role,
      );
    return roles;
  };
  const all = { opening: [], saving: [], rewrapping: [] } as Record<RoleUse, readonly NotedRole[]>;
  for (const use of roleUses) all[use] = await of(use);
  return all;
}
