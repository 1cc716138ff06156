import type { SaveAnswer, StoredProviderKey } from "../../client/index.ts";
import type { Desk } from "./desk.ts";
import type { Group } from "./groups.ts";
import { said } from "./say.ts";
import { slotId, type Notice } from "./state.ts";

/** What was entered beside the provider key. */
interface Entered {
  readonly group: Group;
  readonly mode: "add" | "replace" | "edit";
  readonly label: string;
}

/** After a save: the form goes, the row says what came of it, and what is stored is read anew. */
export async function saved(desk: Desk, form: Entered, answer: SaveAnswer): Promise<void> {
  const { provider, name } = answer;
  const notice = noticeOf(answer, form.group.provider.displayName);
  // The row is there even if what is stored cannot be read now.
  const others = desk.state.stored.filter((one) => slotId(one) !== slotId(answer));
  desk.state.stored = [...others, asStored(answer, form)];
  desk.state.notices.set(slotId(answer), notice);
  desk.open(undefined, `manage:${slotId(answer)}`);
  desk.tell(notice);
  desk.host.emit({ type: form.mode === "add" ? "added" : "replaced", provider, name });
  await desk.reload();
}

function asStored({ provider, name, savedAt, verification }: SaveAnswer, form: Entered): StoredProviderKey {
  const status = verification === "valid" ? "valid" : "unknown";
  const label = form.label.trim();
  return {
    provider,
    name,
    state: "active",
    savedAt,
    health: { status, checkedAt: savedAt },
    useCount: 0,
    ...(label !== "" && { label }),
  };
}

function noticeOf({ verification, warnings = [] }: SaveAnswer, provider: string): Notice {
  const values = { provider };
  const unfamiliar = warnings.some(({ code }) => code === "UNFAMILIAR_FORMAT");
  const first = { valid: "savedValid", could_not_tell: "savedUnsure", not_asked: "savedUntested" } as const;
  const text = first[verification];
  // One that the provider accepts is its own, whatever it looks like.
  const isUnsure = verification === "could_not_tell" || (unfamiliar && verification !== "valid");
  return {
    tone: isUnsure ? "unsure" : "good",
    say: [said(text, values), ...(unfamiliar && isUnsure ? [said("savedUnfamiliar", values)] : [])],
  };
}
