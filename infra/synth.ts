/** Synthesis in process: for the local system and the tests, without the CDK's command line. */
import { readFileSync } from "node:fs";
import { App, Validations } from "aws-cdk-lib";
import type { CloudAssembly } from "aws-cdk-lib/cx-api";
import { AwsSolutionsChecks } from "cdk-nag";
import type { Settings } from "../lib/settings.ts";
import { checkSettings } from "./check-settings.ts";
import { WaxsealStack, type WaxsealStackProps } from "./waxseal-stack.ts";

/** What the command line passes of `cdk.json`; here we read it, so that both give one template. */
function cdkJsonContext(): Record<string, unknown> {
  const file = readFileSync(new URL("../cdk.json", import.meta.url), "utf8");
  return (JSON.parse(file) as { context: Record<string, unknown> }).context;
}

/** An app whose synthesis throws when a cdk-nag rule of `AwsSolutions` finds what nobody acknowledged. */
export function newApp(outdir?: string): App {
  const app = new App({
    ...(outdir === undefined ? {} : { outdir }),
    analyticsReporting: false,
    // `aws:asset:path` in the template is how the local system finds each function's bundle.
    context: { ...cdkJsonContext(), "aws:cdk:enable-asset-metadata": true },
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

/**
 * Synthesises the stack into `outdir` (an absolute path, made if need be), with no account, Docker or
 * network.
 *
 * @throws if a setting is not allowed (naming it), if a bundle cannot be built, or if a cdk-nag rule
 * finds something.
 */
export function synthesize(
  settings: Settings,
  outdir: string,
  props: Omit<WaxsealStackProps, "settings"> = {},
): CloudAssembly {
  checkSettings(settings);
  const app = newApp(outdir);
  new WaxsealStack(app, `Waxseal-${settings.stage}`, { ...props, settings });
  return app.synth();
}
