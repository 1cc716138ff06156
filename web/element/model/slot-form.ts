import type { ProviderKeyStatus, SaveAnswer, UpdateRequest } from "../../client/index.ts";
import { clean, type Removed } from "../paste/clean.ts";
import { isPastedKey, judge, type Verdict } from "../paste/judge.ts";
import type { StringName } from "../text/english.ts";
import { edit } from "./changes.ts";
import type { Desk } from "./desk.ts";
import { expiresAt, expiryOf, type Expiry } from "./expiry.ts";
import type { Group } from "./groups.ts";
import { saved } from "./saved.ts";
import { badSave } from "./say.ts";
import { slotId, type Notice } from "./state.ts";

export type Mode = "add" | "replace" | "edit";
export type FieldName = "apiKey" | "name" | "label" | "date";

/**
 * What a form is about and what was entered, but for the provider key: that is in its input, and from there in the
 * one request.
 */
export class SlotForm {
  readonly group: Group;
  readonly mode: Mode;
  /** What is replaced or edited. */
  readonly one: ProviderKeyStatus | undefined;
  readonly #desk: Desk;

  removed: readonly Removed[] = [];
  verdict: Verdict = { is: "empty" };
  isShown = false;
  /** Another input for another attempt: the old one's undo history goes with it. */
  attempt = 0;
  label: string;
  name: string;
  expiry: Expiry;
  problem: { readonly field: FieldName; readonly say: StringName } | undefined;
  notice: Notice | undefined;

  constructor(desk: Desk, group: Group, mode: Mode, one?: ProviderKeyStatus) {
    this.#desk = desk;
    this.group = group;
    this.mode = mode;
    this.one = one;
    const before = one?.state === "unreadable" ? undefined : one;
    this.label = before?.label ?? "";
    this.name = one?.name ?? freeName(group);
    this.expiry = expiryOf(before?.expiresAt, Date.now());
  }

  get isBusy(): boolean {
    return this.#desk.state.busy.has(slotId(this.#slot));
  }

  /** A text that is being typed is left alone; one that was pasted, or that is left, is cleaned. */
  typed(input: HTMLInputElement, how: "typed" | "pasted" | "left"): void {
    const { text, removed } = clean(input.value);
    if (how === "pasted" || (how === "left" && text !== input.value)) {
      input.value = text;
      this.removed = removed;
    }
    if (input.value === "") this.removed = [];
    this.verdict = judge(text, this.group.provider, this.#desk.state.providers);
    this.notice = undefined;
    this.problem = undefined;
    this.#desk.host.changed();
  }

  /** Sends what was entered; the input is empty from then on, whatever comes of it. */
  async submit(input: HTMLInputElement | null): Promise<void> {
    if (input) this.typed(input, "left");
    const until = this.#until();
    this.name = this.name.trim();
    this.problem = this.#firstProblem(until);
    this.#desk.host.changed();
    if (this.problem) this.#desk.host.focus(`field:${this.problem.field}`);
    else if (input) await this.#save(input, until);
    else await this.#edit(until);
  }

  async #save(input: HTMLInputElement, until: string | undefined): Promise<void> {
    const apiKey = input.value;
    input.value = "";
    Object.assign(this, { attempt: this.attempt + 1, removed: [], verdict: { is: "empty" }, isShown: false });
    const slot = this.#slot;
    const request = { apiKey, ...this.#details(until) };
    let answer: SaveAnswer | undefined;
    const isSaved = await this.#desk.act(
      slot,
      "save",
      async (signal) => {
        answer = await this.#desk.host.client().save(slot, request, { signal });
      },
      (trouble) => {
        const other = this.#desk.state.providers.find(({ id }) => id === trouble.looksLike);
        this.#refused(badSave(trouble, { ...this.#values, other: other?.displayName ?? "" }));
      },
    );
    if (isSaved && answer) await saved(this.#desk, this, answer);
  }

  async #edit(until: string | undefined): Promise<void> {
    const { one } = this;
    if (!one || one.state === "unreadable") return;
    const changes: UpdateRequest = {
      ...(this.label.trim() !== (one.label ?? "") && { label: this.label.trim() || null }),
      ...(until !== one.expiresAt && { expiresAt: until ?? null }),
    };
    this.#desk.open({ ...this.#slot, view: "details" }, `edit:${slotId(one)}`);
    if (Object.keys(changes).length > 0) await edit(this.#desk, this.group, one, changes);
  }

  /** A day that was left as it is keeps its time of day. */
  #until(): string | undefined {
    const before = this.one?.state === "unreadable" ? undefined : this.one?.expiresAt;
    const { choice, day } = expiryOf(before, 0);
    const isSame = choice === this.expiry.choice && day === this.expiry.day;
    return isSame && before !== undefined && Date.parse(before) > Date.now()
      ? before
      : expiresAt(this.expiry, Date.now());
  }

  /** A save replaces all that is stored, so what is to stay goes along. */
  #details(until: string | undefined): { label?: string; order?: number; expiresAt?: string } {
    const label = this.label.trim();
    const order = this.one?.state === "unreadable" ? undefined : this.one?.order;
    return {
      ...(label !== "" && { label }),
      ...(order !== undefined && { order }),
      ...(until !== undefined && { expiresAt: until }),
    };
  }

  #firstProblem(until: string | undefined): SlotForm["problem"] {
    const { is } = this.verdict;
    if (this.mode !== "edit") {
      if (is === "empty") return { field: "apiKey", say: "keyMissing" };
      if (is === "too_long") return { field: "apiKey", say: "tooLong" };
      if (is === "others") return { field: "apiKey", say: "others" };
    }
    if (this.mode === "add") {
      if (!/^[a-z0-9-]{1,32}$/.test(this.name) || this.name === "verify")
        return { field: "name", say: "nameWrong" };
      if (this.group.stored.some(({ name }) => name === this.name))
        return { field: "name", say: "nameTaken" };
    }
    if (isPastedKey(this.label, this.#desk.state.providers)) return { field: "label", say: "labelIsKey" };
    return until === "wrong" ? { field: "date", say: "dateWrong" } : undefined;
  }

  #refused(notice: Notice): void {
    this.notice = notice;
    this.#desk.tell(notice);
    this.#desk.host.focus("field:apiKey");
  }

  get #slot(): { readonly provider: string; readonly name: string } {
    return { provider: this.group.provider.id, name: this.name };
  }

  get #values(): { readonly provider: string } {
    return { provider: this.group.provider.displayName };
  }
}

/** `default` for the first, then `key-2` and so on. */
function freeName({ stored }: Group): string {
  const taken = new Set(stored.map(({ name }) => name));
  const names = ["default", ...stored.map((_one, place) => `key-${place + 2}`)];
  return names.find((name) => !taken.has(name)) ?? "";
}
