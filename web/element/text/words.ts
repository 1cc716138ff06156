import { english, type Forms, type StringName, type Strings } from "./english.ts";
import { relative } from "./relative.ts";

/** What is filled in: text, or what a template renders. */
export type Values = Readonly<Record<string, unknown>>;

const BLANK = /\{(\w+)\}/;

/** The element's texts in one language, and how it writes times and numbers. */
export class Words {
  readonly #strings: Strings;
  /** A BCP 47 tag. */
  readonly locale: string;

  /** @param page - the language of the page: its variant counts where the texts are in that language. */
  constructor(replaced: Partial<Strings> | undefined, page: string) {
    this.#strings = { ...english, ...replaced };
    this.locale = localeOf(this.#strings.language, page);
  }

  /** A text without markup. */
  text(name: StringName, values: Values = {}): string {
    return this.rich(name, values).join("");
  }

  /** A text as its parts, for a template: what is filled in stays what it is. */
  rich(name: StringName, values: Values = {}): unknown[] {
    const text = this.#strings[name];
    const parts = (typeof text === "string" ? text : this.#form(text, values)).split(BLANK);
    // Of `split` by a pattern with one group every second part is what the group caught.
    return parts.map((part, place) => (place % 2 === 0 ? part : this.#value(values[part])));
  }

  /** "2 minutes ago", "in 5 days". */
  when(at: string, now: number): string {
    return relative(this.locale, Date.parse(at) - now) ?? this.text("justNow");
  }

  /** The exact time. */
  exact(at: string): string {
    return new Intl.DateTimeFormat(this.locale, { dateStyle: "medium", timeStyle: "short" }).format(
      new Date(at),
    );
  }

  day(at: string): string {
    return new Intl.DateTimeFormat(this.locale, { dateStyle: "medium" }).format(new Date(at));
  }

  seconds(count: number): string {
    const style = { style: "unit", unit: "second", unitDisplay: "long" } as const;
    return new Intl.NumberFormat(this.locale, style).format(count);
  }

  list(items: readonly string[]): string {
    return new Intl.ListFormat(this.locale, { type: "unit", style: "long" }).format(items);
  }

  #value(value: unknown): unknown {
    return typeof value === "number" ? new Intl.NumberFormat(this.locale).format(value) : value;
  }

  #form(forms: Forms, { count }: Values): string {
    return forms[new Intl.PluralRules(this.locale).select(Number(count))] ?? forms.other;
  }
}

/** `en-GB` for English texts in a British page; a German page's dates are not put into English sentences. */
function localeOf(language: string, page: string): string {
  try {
    const [canonical = language] = Intl.getCanonicalLocales(page);
    return canonical.split("-")[0] === language.split("-")[0] ? canonical : language;
  } catch {
    return language;
  }
}
