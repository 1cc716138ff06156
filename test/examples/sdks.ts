import { equal } from "node:assert/strict";
import { words } from "../local/sdks/conversations.ts";
import type { Example } from "./example.ts";
import { joined, personWith, type World } from "./world.ts";

const question = "What happens to my key?";
type SdkId = "openai" | "anthropic" | "google";

interface Sdk {
  readonly throughProxy: (api: string, userToken: string, question: string) => AsyncIterable<string>;
  readonly inYourFunction: (userId: string, question: string) => Promise<string>;
}

const load: Readonly<Record<SdkId, () => Promise<Sdk>>> = {
  openai: () => import("../../docs/examples/official-sdks/openai.ts"),
  anthropic: () => import("../../docs/examples/official-sdks/anthropic.ts"),
  google: () => import("../../docs/examples/official-sdks/google.ts"),
};

async function runSdk(world: World, id: SdkId): Promise<void> {
  const { throughProxy, inYourFunction } = await load[id]();
  const token = await personWith(world, `example-${id}`, id);
  equal(await joined(throughProxy(world.system.api, token, question)), words);
  equal(await inYourFunction(`example-${id}`, question), words);
}

async function runVercel(world: World): Promise<void> {
  const { throughProxy, inYourFunction } = await import("../../docs/examples/official-sdks/vercel-ai.ts");
  const ids = ["openai", "anthropic", "google"] as const;
  const token = await personWith(world, "example-vercel-ai", ...ids);
  for (const id of ids) equal(await joined(throughProxy(id, world.system.api, token, question)), words);
  equal(await inYourFunction("example-vercel-ai", question), words);
}

export const sdkExamples: readonly Example[] = [
  ...(["openai", "anthropic", "google"] as const).map((id) => ({
    name: id,
    says: "the official SDK, through the proxy and by providerFetch",
    run: (world: World) => runSdk(world, id),
  })),
  { name: "vercel-ai", says: "the Vercel AI SDK, through the proxy and by providerFetch", run: runVercel },
];
