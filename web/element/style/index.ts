import { controls } from "./controls.ts";
import { layout } from "./layout.ts";
import { messages } from "./messages.ts";
import { theme } from "./theme.ts";

export const styles = theme + layout + controls + messages;
