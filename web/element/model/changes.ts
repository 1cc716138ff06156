import {
  isWaxsealApiError,
  type ProviderKeyStatus,
  type StoredProviderKey,
  type UpdateRequest,
} from "../../client/index.ts";
import type { Change, Desk } from "./desk.ts";
import type { Group } from "./groups.ts";
import { bad, good } from "./say.ts";
import { slotId, type Action, type Notice } from "./state.ts";

/** Does what a row's buttons say, each with its notice, its event, and what is stored read anew. */
interface Deed {
  readonly action: Action;
  readonly type: Change["type"];
  readonly work: (signal: AbortSignal) => Promise<Notice>;
}

async function change(desk: Desk, group: Group, one: ProviderKeyStatus, deed: Deed): Promise<boolean> {
  const { provider, name } = one;
  const values = { provider: group.provider.displayName };
  const tell = (notice: Notice) => {
    desk.state.notices.set(slotId(one), notice);
    desk.tell(notice);
  };
  return desk.act(
    one,
    deed.action,
    async (signal) => {
      tell(await deed.work(signal));
      if (signal.aborted) return;
      desk.host.emit({ type: deed.type, provider, name });
      await desk.reload();
    },
    (trouble) => tell(bad(trouble, values)),
  );
}

export function test(desk: Desk, group: Group, one: StoredProviderKey): Promise<boolean> {
  const values = { provider: group.provider.displayName };
  desk.announce("testing", values);
  const work = async (signal: AbortSignal): Promise<Notice> => {
    const { result } = await desk.host.client().verify(one, { signal });
    if (result === "valid") return good("testValid", values);
    const text = result === "rejected" ? "testRejected" : "testUnknown";
    return { tone: result === "rejected" ? "bad" : "unsure", say: [{ text, values }] };
  };
  return change(desk, group, one, { action: "test", type: "tested", work });
}

export function setState(desk: Desk, group: Group, one: StoredProviderKey): Promise<boolean> {
  const enable = one.state === "disabled";
  const work = async (signal: AbortSignal): Promise<Notice> => {
    await desk.host.client().update(one, { state: enable ? "active" : "disabled" }, { signal });
    return good(enable ? "enabledNow" : "disabledNow");
  };
  return change(desk, group, one, { action: "state", type: enable ? "enabled" : "disabled", work });
}

export function edit(
  desk: Desk,
  group: Group,
  one: StoredProviderKey,
  changes: UpdateRequest,
): Promise<boolean> {
  const work = async (signal: AbortSignal): Promise<Notice> => {
    await desk.host.client().update(one, changes, { signal });
    return good("updated");
  };
  return change(desk, group, one, { action: "edit", type: "updated", work });
}

/**
 * Moves one up or down. Every one gets its place by number, those that have it already are left alone; should one of the
 * requests fail, what is stored is read anew and shown as it is.
 */
export function move(desk: Desk, group: Group, one: StoredProviderKey, by: -1 | 1): Promise<boolean> {
  const inOrder = group.stored.filter((other) => other.state !== "unreadable");
  const from = inOrder.findIndex(({ name }) => name === one.name);
  inOrder.splice(from + by, 0, ...inOrder.splice(from, 1));
  const work = async (signal: AbortSignal): Promise<Notice> => {
    try {
      for (const [place, { name, order, provider }] of inOrder.entries())
        if (order !== place + 1)
          await desk.host.client().update({ provider, name }, { order: place + 1 }, { signal });
    } catch (error) {
      await desk.reload();
      throw error;
    }
    return good("ordered");
  };
  return change(desk, group, one, { action: "order", type: "ordered", work });
}

/**
 * Its row is gone then, so what follows is said by the panel that is opened in its place. One that somebody else has
 * removed is as gone as it should be.
 */
export async function remove(desk: Desk, group: Group, one: ProviderKeyStatus): Promise<void> {
  const { provider, name } = one;
  const work = async (signal: AbortSignal): Promise<Notice> => {
    await desk.host
      .client()
      .remove({ provider, name }, { signal })
      .catch((error: unknown) => {
        if (!isWaxsealApiError(error, "PROVIDER_KEY_NOT_FOUND")) throw error;
      });
    return good("removedNow");
  };
  if (!(await change(desk, group, one, { action: "remove", type: "removed", work }))) return;
  desk.state.notices.delete(slotId(one));
  desk.state.stored = desk.state.stored.filter((other) => slotId(other) !== slotId(one));
  desk.open({ provider, name, view: "removed" }, `removed:${provider}`);
}
