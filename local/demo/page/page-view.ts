import { html, type TemplateResult } from "lit/html.js";
import type { Person } from "../view.ts";
import { operatorSide } from "./operator-view.ts";
import { personSide } from "./person-view.ts";
import type { Acts, State } from "./state.ts";

export function pageView(state: State, persons: readonly Person[], acts: Acts): TemplateResult {
  return html`<header class="top">
      <img src="/_demo/seal.svg" alt="" width="40" height="40" />
      <div class="name">
        <h1>Waxseal</h1>
        <p>Your users’ API keys: sealed, used, accounted for.</p>
      </div>
      ${personSwitch(state.person, persons, acts)}
    </header>
    <main>${personSide(state, acts)} ${operatorSide(state)}</main>
    <footer>
      Everything here is on this machine: AWS is emulated, the provider is a stand-in, and nothing is sent
      anywhere. What runs is the stack that you would deploy.
    </footer>`;
}

function personSwitch(chosen: Person, persons: readonly Person[], acts: Acts): TemplateResult {
  return html`<fieldset class="choice persons">
    <legend>Signed in as</legend>
    ${persons.map(
      (person) =>
        html`<label
          ><input
            type="radio"
            name="person"
            .checked=${person.id === chosen.id}
            @change=${() => acts.be(person)}
          />${person.displayName}</label
        >`,
    )}
  </fieldset>`;
}
