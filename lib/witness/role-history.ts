import { textOf, type JsonObject } from "./json.ts";
import { roleUses, type AdmittedRole, type RoleUse } from "./rules.ts";

/** Which roles there were, from the events that tell of those that came and went. */
export class RoleHistory {
  readonly #ended: Readonly<Record<RoleUse, Map<string, string>>> = {
    opening: new Map(),
    saving: new Map(),
    rewrapping: new Map(),
  };
  readonly #current: Readonly<Record<RoleUse, readonly string[]>>;

  constructor(current: Readonly<Record<RoleUse, readonly string[]>>) {
    this.#current = current;
  }

  /** @param details - of a `control_plane_changed`, which may be about something else. */
  hear(at: string, details: JsonObject): void {
    const use = roleUses.find((one) => one === details["use"]);
    const role = textOf(details["role"]);
    if (use === undefined || role === undefined || details["change"] !== "role_ended") return;
    const before = this.#ended[use].get(role);
    if (before === undefined || before < at) this.#ended[use].set(role, at);
  }

  /** Those of them that are no more. */
  get ended(): readonly string[] {
    return [...new Set(roleUses.flatMap((use) => [...this.#ended[use].keys()]))];
  }

  all(): Readonly<Record<RoleUse, readonly AdmittedRole[]>> {
    const of = (use: RoleUse) => [
      ...this.#current[use].map((arn) => ({ arn })),
      ...[...this.#ended[use]]
        .filter(([arn]) => !this.#current[use].includes(arn))
        .map(([arn, until]) => ({ arn, until })),
    ];
    return { opening: of("opening"), saving: of("saving"), rewrapping: of("rewrapping") };
  }
}
