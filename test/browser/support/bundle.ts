import { webBundle, webEntries } from "../../../infra/bundle-web.ts";

export function bundleForTests(): Promise<string> {
  return webBundle(webEntries.element);
}
