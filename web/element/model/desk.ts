import type { ProviderKeyStatus, WaxsealClient } from "../../client/index.ts";
import type { StringName } from "../text/english.ts";
import type { Values } from "../text/words.ts";
import { emptyState, slotId, type Action, type Notice, type Panel } from "./state.ts";
import { troubleOf, type Trouble } from "./trouble.ts";

/** What an action did, for the page around: never more than this. */
export interface Change {
  readonly type: "added" | "replaced" | "updated" | "enabled" | "disabled" | "ordered" | "removed" | "tested";
  readonly provider: string;
  readonly name: string;
}

/** What the desk needs of the element. */
export interface Host {
  client(): WaxsealClient;
  /** Something is to be drawn anew. */
  changed(): void;
  emit(change: Change): void;
  signedOut(): void;
  /** Empties what a provider key is typed into. */
  wipe(): void;
  /** Moves the focus, once it is drawn. */
  focus(id: string): void;
  text(name: StringName, values?: Values): string;
  seconds(count: number): string;
}

/** The element's state and how it comes about; the actions are in the files beside it. */
export class Desk {
  readonly host: Host;
  readonly state = emptyState();
  #loading = new AbortController();
  /** Aborted when the element leaves its page, or begins anew. */
  #actions = new AbortController();

  constructor(host: Host) {
    this.host = host;
  }

  get signal(): AbortSignal {
    return this.#actions.signal;
  }

  /** Forgets everything and loads: for another person, or another API. */
  async begin(): Promise<void> {
    this.end();
    this.#actions = new AbortController();
    Object.assign(this.state, emptyState());
    this.announce("loading");
    await this.load();
  }

  end(): void {
    this.host.wipe();
    this.#loading.abort();
    this.#actions.abort();
  }

  /** Loads; what is shown stays until the answer is there. A later call stops an earlier one. */
  async load(): Promise<void> {
    this.#loading.abort();
    const { signal } = (this.#loading = new AbortController());
    const client = this.host.client();
    const [providers, stored] = await Promise.allSettled([
      client.providers({ signal }),
      client.list({ signal }),
    ]);
    if (signal.aborted) return;
    if (stored.status === "rejected") this.#failed(troubleOf(stored.reason, Date.now()));
    else if (isSignedOut(providers)) this.signOut();
    else this.#loaded(stored.value, providers);
  }

  /** After an action: what is shown should be what is stored. A failure of that is no failure of the action. */
  async reload(): Promise<void> {
    const { signal } = this;
    const stored = await this.host
      .client()
      .list({ signal })
      .catch(() => undefined);
    if (!stored || signal.aborted) return;
    Object.assign(this.state, { stored, loadedAt: Date.now(), trouble: undefined });
    this.host.changed();
  }

  /**
   * One action at a row: busy while it lasts, then what came of it. Another at the same row has to wait.
   *
   * @param failed - says a failure; where it is not given, it is told at the row.
   * @returns whether it succeeded.
   */
  async act(
    slot: { readonly provider: string; readonly name: string },
    action: Action,
    work: (signal: AbortSignal) => Promise<void>,
    failed?: (trouble: Trouble) => void,
  ): Promise<boolean> {
    const { busy, notices } = this.state;
    const id = slotId(slot);
    if (busy.has(id)) return false;
    const { signal } = this;
    busy.set(id, action);
    notices.delete(id);
    this.host.changed();
    try {
      await work(signal);
      return !signal.aborted;
    } catch (error) {
      if (!signal.aborted) this.#told(error, failed);
      return false;
    } finally {
      busy.delete(id);
      this.host.changed();
    }
  }

  open(panel: Panel | undefined, focus?: string): void {
    this.host.wipe();
    this.state.panel = panel;
    this.host.changed();
    if (focus !== undefined) this.host.focus(focus);
  }

  announce(name: StringName, values?: Values): void {
    // A text that is the same as before would not be read again.
    const text = this.host.text(name, values);
    this.state.announcement = this.state.announcement === text ? `${text}\u00a0` : text;
    this.host.changed();
  }

  /** A notice, to those who do not see it. */
  tell({ say: [first], until = 0 }: Notice): void {
    const wait = this.host.seconds(Math.ceil((until - Date.now()) / 1000));
    if (first) this.announce(first.text, { ...first.values, wait });
  }

  signOut(): void {
    this.end();
    Object.assign(this.state, emptyState(), { phase: "signed_out" });
    this.announce("signedOutHeading");
    this.host.signedOut();
  }

  #loaded(
    stored: readonly ProviderKeyStatus[],
    providers: PromiseSettledResult<Awaited<ReturnType<WaxsealClient["providers"]>>>,
  ): void {
    const wasLoading = this.state.phase !== "ready";
    const known = providers.status === "fulfilled" ? providers.value : this.state.providers;
    const providersMissing = providers.status === "rejected" && known.length === 0;
    Object.assign(this.state, { phase: "ready", trouble: undefined, stored, loadedAt: Date.now() });
    Object.assign(this.state, { providers: known, providersMissing });
    if (wasLoading) this.announce("loaded");
    this.host.changed();
  }

  #failed(trouble: Trouble): void {
    if (trouble.code === "AUTHENTICATION_REQUIRED") return this.signOut();
    this.state.trouble = trouble;
    if (this.state.phase !== "ready") this.state.phase = "failed";
    this.announce(trouble.isOffline ? "offlineHeading" : "failedHeading");
  }

  #told(error: unknown, failed?: (trouble: Trouble) => void): void {
    const trouble = troubleOf(error, Date.now());
    if (trouble.code === "AUTHENTICATION_REQUIRED") this.signOut();
    else failed?.(trouble);
  }
}

function isSignedOut(result: PromiseSettledResult<unknown>): boolean {
  return (
    result.status === "rejected" && troubleOf(result.reason, Date.now()).code === "AUTHENTICATION_REQUIRED"
  );
}
