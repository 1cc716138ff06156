import { controls } from "./controls.ts";
import { layout } from "./layout.ts";
import { messages } from "./messages.ts";
import { narrow } from "./narrow.ts";
import { panels } from "./panels.ts";
import { theme } from "./theme.ts";

/** In this order: what is narrow comes after what it changes. */
export const styles = theme + layout + panels + controls + messages + narrow;
