import { limitNames, type Settings } from "../../lib/settings.ts";

/** For tests that send more than one person would, and are about other things. */
export const noLimits = Object.fromEntries(limitNames.map((name) => [name, "off"])) as Settings["limits"];
