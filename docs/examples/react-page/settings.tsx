import { useState } from "react";
// Before it is rendered: React sets the properties of elements that are defined.
import "waxseal/element";
import type { Change, WaxsealProviderKeysElement } from "waxseal/element";

/** Once in an application. */
declare module "react" {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how React's types are extended
  namespace JSX {
    interface IntrinsicElements {
      "waxseal-provider-keys": React.DetailedHTMLProps<
        React.HTMLAttributes<HTMLElement> &
          Partial<Pick<WaxsealProviderKeysElement, "token" | "providers">> & {
            "base-url"?: string;
            "onwaxseal-change"?: (event: CustomEvent<Change>) => void;
          },
        HTMLElement
      >;
    }
  }
}

interface SettingsProps {
  readonly apiUrl: string;
  /** Of whoever is signed in; asked before every request. */
  readonly token: () => Promise<string>;
}

export function Settings({ apiUrl, token }: SettingsProps) {
  const [change, setChange] = useState<Change>();
  return (
    <main>
      <h1>Settings</h1>
      <waxseal-provider-keys
        base-url={apiUrl}
        token={token}
        providers={["openai", "anthropic", "google"]}
        onwaxseal-change={({ detail }) => setChange(detail)}
      />
      <p role="status">{change && `${change.provider}: ${change.type}`}</p>
    </main>
  );
}
