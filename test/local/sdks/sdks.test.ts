import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { providerFetch } from "../../../lib/index.ts";
import type { LocalSystem } from "../../../local/system.ts";
import { canaryKey } from "../../support/keys.ts";
import { Person, startForTest } from "../../support/local-system.ts";
import { everySdk, type Connect } from "./clients.ts";
import { chunkByChunk, echoes } from "./echo.ts";
import { azureResource, compatibleProviders } from "./compatible.ts";
import { errorsThroughProxy, failureOf } from "./errors.ts";
import { expectOnlyOurs, takeReceived } from "./received.ts";

/** Every official SDK, unchanged: through the proxy by token and base URL, in a back end by its `fetch`. */
let system: LocalSystem;
let ada: Person;
const keys = {
  openai: canaryKey("openai"),
  anthropic: canaryKey("anthropic"),
  google: canaryKey("google"),
};
/** What an application, a browser or another proxy may add of its own. */
const headers = { cookie: "of-the-caller", "x-forwarded-for": "of-the-caller", "x-custom": "of-the-caller" };

beforeAll(async () => {
  system = await startForTest({ settings: { customProviders: azureResource, verifyOnSave: "off" } });
  ada = await Person.named(system, "ada");
  for (const [provider, providerKey] of Object.entries(keys)) await ada.save(providerKey, provider);
  // What `grantUse` gives a function of the application's own.
  const granted = system.stack.functions.find(({ name }) => name === "provider-proxy");
  Object.assign(process.env, granted?.environment, {
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL: system.awsEndpoint,
    AWS_ACCESS_KEY_ID: system.accessKeyIdOf("provider-proxy"),
    AWS_SECRET_ACCESS_KEY: "local",
  });
});
afterAll(() => system.close());

const release = () => fetch(`${system.standIn}/_release`, { method: "POST" });

describe("through the proxy", () => {
  const as =
    (person: Person): Connect =>
    (provider) => ({ apiKey: person.token, origin: `${system.api}/proxy/${provider}`, headers });

  describe("the provider sees its own key and nothing of the caller's", () => {
    beforeAll(() => takeReceived(system));
    afterEach(async () => {
      expectOnlyOurs(await takeReceived(system), keys, [ada.token, "of-the-caller"]);
    });

    everySdk((provider) => as(ada)(provider));
    chunkByChunk((provider) => as(ada)(provider), release);
    echoes((provider, path, body) => ada.request("POST", `/proxy/${provider}${path}`, body));
  });

  describe("OpenAI's SDK with", () =>
    compatibleProviders(
      () => system,
      () => ada,
    ));

  describe("an error is the SDK's own", () => errorsThroughProxy(() => system, as));
});

describe("through providerFetch", () => {
  const fetchFor = (userId: string, provider: string) =>
    providerFetch({ userId, provider, caller: "chat-backend" });
  const as =
    (userId: string): Connect =>
    (provider) => ({
      apiKey: "never-the-key-itself",
      origin: system.standIn,
      fetch: fetchFor(userId, provider),
      headers,
    });

  describe("the provider sees its own key and nothing of the caller's", () => {
    beforeAll(() => takeReceived(system));
    afterEach(async () => {
      expectOnlyOurs(await takeReceived(system), keys, ["never-the-key-itself", "of-the-caller"]);
    });

    everySdk(as("ada"));
    chunkByChunk(as("ada"), release);
    echoes((provider, path, body) =>
      fetchFor("ada", provider)(system.standIn + path, { method: "POST", body: JSON.stringify(body) }),
    );
  });

  test.each(["openai", "anthropic", "google"] as const)(
    "%s: without a key the SDK's failure has our error in it",
    async (provider) => {
      const { failure, shown } = await failureOf(provider, as("nobody"));
      expect(failure).toBeInstanceOf(Error);
      expect(shown).toContain("PROVIDER_KEY_NOT_FOUND");
    },
  );
});
