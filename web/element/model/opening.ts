import type { ProviderDescription, ProviderKeyStatus } from "../../client/index.ts";
import type { Desk } from "./desk.ts";
import type { Group } from "./groups.ts";
import { History } from "./history.ts";
import { SlotForm, type Mode } from "./slot-form.ts";
import { slotId, type View } from "./state.ts";

const modes: Partial<Record<View, Mode>> = { add: "add", replace: "replace", edit: "edit" };

/** Opens and closes what is below the rows, one thing at a time, and says where the focus goes. */
export class Opening {
  readonly #desk: Desk;
  #form: SlotForm | undefined;
  history: History | undefined;
  /** Whether the person's whole activity is shown. */
  isActivityOpen = false;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Of the panel that is open, where its view has one. */
  get form(): SlotForm | undefined {
    return this.#desk.state.panel && this.#form;
  }

  show(group: Group, view: View, one?: ProviderKeyStatus): void {
    const { id: provider } = group.provider;
    const mode = modes[view];
    this.#form = mode && new SlotForm(this.#desk, group, mode, one);
    if (view === "activity" && one) this.#read(one);
    const about = view === "revoke" || !one ? provider : slotId(one);
    const focus = mode ? `field:${mode === "edit" ? "label" : "apiKey"}` : `${view}:${about}`;
    this.#desk.open({ provider, view, ...(one && { name: one.name }) }, focus);
  }

  /** Adds one for a provider, whatever is stored for it. */
  add(provider: ProviderDescription): SlotForm | undefined {
    const stored = this.#desk.state.stored.filter((one) => one.provider === provider.id);
    this.show({ provider, isOffered: true, stored }, "add");
    return this.#form;
  }

  /** One step back, to the button that was pressed. */
  close(): void {
    const { panel, stored } = this.#desk.state;
    if (!panel) return;
    const { provider, name = "", view } = panel;
    const id = `${provider}/${name}`;
    const ofProvider = stored.filter((one) => one.provider === provider).map(slotId);
    if (!ofProvider.includes(id))
      this.#desk.open(undefined, ofProvider.length === 1 ? `manage:${ofProvider[0]}` : `add:${provider}`);
    else if (view === "details") this.#desk.open(undefined, `manage:${id}`);
    else this.#desk.open({ provider, name, view: "details" }, `${view}:${id}`);
  }

  toggleActivity(): void {
    const isOpening = !this.isActivityOpen;
    this.isActivityOpen = isOpening;
    if (isOpening) this.#read();
    this.#desk.open(undefined);
  }

  #read(one?: ProviderKeyStatus): void {
    this.isActivityOpen = one === undefined;
    this.history = new History(this.#desk, one);
    void this.history.more();
  }
}
