/** One synthesis with a stand-in for the handlers, and its template in a form that can be read. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";
import { synthesize, type SynthesisOptions } from "../../infra/synth.ts";
import {
  functionEntries,
  jobFunctionEntries,
  type FunctionName,
  type JobFunctionName,
} from "../../lib/routes.ts";
import { defaultSettings, type Settings } from "../../lib/settings.ts";

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly [attribute: string]: unknown;
}

export interface Synthesised {
  readonly directory: string;
  readonly resources: Readonly<Record<string, Resource>>;
  readonly outputs: Readonly<Record<string, { Value: unknown }>>;
}

export const testSettings: Settings = {
  ...defaultSettings,
  issuer: "https://issuer.test",
  jwksUri: "https://issuer.test/jwks.json",
};

const account = "arn:aws:iam::123456789012:role";

/** With back ends that may act for users: the stack then has every function. */
export const actingSettings: Settings = {
  ...testSettings,
  actingRoles: [
    { role: `${account}/chat/Assistant`, users: ["team-*"], may: ["use"] },
    { role: `${account}/Accounts`, users: ["*"], may: ["use", "delete"] },
    { role: `${account}/chat/Assistant`, users: ["robot"], may: ["use"] },
  ],
};

/** While another KMS key is being put in use, with every operator's role. */
export const jobsSettings: Settings = {
  ...testSettings,
  encryptionKeys: ["1", "2"],
  writeEncryptionKey: "2",
  jobs: ["reseal", "import", "export"],
  rewrapSchedule: "rate(7 days)",
};

/** Every function with the same small handler: the policies and routes don't depend on the code. */
export const fixtureEntries = Object.fromEntries(
  Object.keys({ ...functionEntries, ...jobFunctionEntries }).map((name) => [
    name,
    "test/infra/fixtures/handler.ts",
  ]),
) as Record<FunctionName | JobFunctionName, string>;

/** Synthesises into a folder that is gone when the test file is done; cdk-nag has a test of its own. */
export function synthesised(settings: Settings = testSettings, options: SynthesisOptions = {}): Synthesised {
  const directory = temporaryFolder();
  const [stack] = synthesize(settings, directory, {
    entries: fixtureEntries,
    check: false,
    ...options,
  }).stacks;
  if (!stack) throw new Error("no stack was synthesised");
  const template = JSON.parse(readFileSync(stack.templateFullPath, "utf8")) as {
    Resources: Record<string, Resource>;
    Outputs: Record<string, { Value: unknown }>;
  };
  return { directory, resources: readable(template.Resources), outputs: readable(template.Outputs) };
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "waxseal-infra-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function ofType({ resources }: Synthesised, type: string): readonly [string, Resource][] {
  return Object.entries(resources).filter(([, resource]) => resource.Type === type);
}

/** Those that are not of the audit, which has tests of its own. */
export function besideAudit(synthesis: Synthesised, type: string): readonly [string, Resource][] {
  // A person's activity is the audit's: see `audit-reading.test.ts`.
  return ofType(synthesis, type).filter(([id]) => !/^(Audit|Activity)/.test(id));
}

/** `/v1/provider-keys/{provider}` of the API resource that is referred to, by way of its parents. */
export function pathOf(stack: Synthesised, reference: unknown): string {
  if (reference === "<GatewayApi.RootResourceId>") return "";
  const id = String(reference).slice(1, -1);
  const { ParentId, PathPart } = stack.resources[id]?.Properties ?? {};
  return `${pathOf(stack, ParentId)}/${String(PathPart)}`;
}

/** `{"Fn::GetAtt": ["SaveRoleC12E4668", "Arn"]}` → `<SaveRole.Arn>`, `Fn::Join` joined, logical ids without their hash. */
function readable<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value), (_name, member: unknown) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    const { Ref: ref, "Fn::GetAtt": attribute, "Fn::Join": join } = member as Intrinsics;
    if (ref !== undefined) return `<${withoutHash(ref)}>`;
    if (attribute) return `<${withoutHash(attribute[0])}.${attribute[1]}>`;
    if (join) return join[1].join(join[0]);
    return Object.fromEntries(Object.entries(member).map(([name, one]) => [withoutHash(name), one]));
  }) as Value;
}

interface Intrinsics {
  readonly Ref?: string;
  readonly "Fn::GetAtt"?: readonly [string, string];
  readonly "Fn::Join"?: readonly [string, readonly string[]];
}

function withoutHash(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, "");
}
