import { render, type TemplateResult } from "lit/html.js";
import { styles } from "./style/index.ts";

/**
 * A custom element that draws itself once after whatever changed, with lit's templates. Of `LitElement` it has what this
 * element needs, in a quarter of its size: see docs/decisions/0007-settings-page.md.
 */
export abstract class DrawnElement extends HTMLElement {
  static #sheet: CSSStyleSheet | undefined;
  readonly root: ShadowRoot = this.attachShadow({ mode: "open" });
  #drawing: Promise<void> | undefined;

  constructor() {
    super();
    // One sheet for all instances, which no policy for inline styles stands against.
    DrawnElement.#sheet ??= styleSheet();
    this.root.adoptedStyleSheets = [DrawnElement.#sheet];
  }

  /** Fulfilled when what is shown is up to date. */
  get updateComplete(): Promise<void> {
    return this.#drawing ?? Promise.resolve();
  }

  requestUpdate(): void {
    if (!this.isConnected) return;
    this.#drawing ??= Promise.resolve().then(() => {
      this.#drawing = undefined;
      if (!this.isConnected) return;
      render(this.draw(), this.root);
      this.drawn();
    });
  }

  protected abstract draw(): TemplateResult;
  protected abstract drawn(): void;
}

function styleSheet(): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  return sheet;
}

/**
 * Makes properties of an element: each set is told to `changed` with what was there before.
 *
 * @returns takes over what was set before the element was defined, by a framework or a script that came first.
 */
export function defineProperties<
  Name extends string,
  Element extends object & Partial<Record<Name, unknown>>,
>(
  prototype: Element,
  names: readonly Name[],
  changed: (element: Element, name: Name, before: unknown) => void,
): (element: Element) => void {
  for (const name of names) {
    const values = new WeakMap<object, unknown>();
    Object.defineProperty(prototype, name, {
      configurable: true,
      enumerable: true,
      get(this: Element) {
        return values.get(this);
      },
      set(this: Element, value: unknown) {
        const before = values.get(this);
        values.set(this, value);
        if (before !== value) changed(this, name, before);
      },
    });
  }
  return (element) => {
    for (const name of names.filter((one) => Object.hasOwn(element, one))) {
      const { [name]: value } = element;
      Reflect.deleteProperty(element, name);
      Object.assign(element, { [name]: value });
    }
  };
}
