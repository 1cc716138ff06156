/** `waxseal/element` where there is no DOM: nothing is defined, and a framework writes the tag as it is. */
import { english, type Strings } from "./text/english.ts";

export const strings: Strings = english;
export const WaxsealProviderKeys = undefined;
