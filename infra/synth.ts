/** Synthesis in process: for the local system and the tests, without the CDK's command line. */
import { readFileSync } from "node:fs";
import { App, Validations } from "aws-cdk-lib";
import type { CloudAssembly } from "aws-cdk-lib/cx-api";
import { AwsSolutionsChecks } from "cdk-nag";
import type { Settings } from "../lib/settings.ts";
import { madeBundles } from "./bundle.ts";
import { checkSettings } from "./check-settings.ts";
import { WaxsealStack, type WaxsealStackProps } from "./waxseal-stack.ts";

/** What the command line passes of `cdk.json`; here we read it, so that both give one template. */
function cdkJsonContext(): Record<string, unknown> {
  const file = readFileSync(new URL("../cdk.json", import.meta.url), "utf8");
  return (JSON.parse(file) as { context: Record<string, unknown> }).context;
}

/** A second of every start: the local system, whose template the tests have checked, may do without. */
export interface SynthesisOptions extends Omit<WaxsealStackProps, "settings"> {
  /** Whether cdk-nag and the CDK's own rules look at the stack (default: yes). */
  readonly check?: boolean;
  /** A folder with the bundles of all functions, where many synthesise the same sources: the tests. */
  readonly bundles?: string | undefined;
}

/** An app whose synthesis throws when a cdk-nag rule of `AwsSolutions` finds what nobody acknowledged. */
export function newApp(outdir?: string, check = true, bundles?: string): App {
  const app = new App({
    ...(outdir === undefined ? {} : { outdir }),
    analyticsReporting: false,
    context: {
      ...cdkJsonContext(),
      // `aws:asset:path` in the template is how the local system finds each function's bundle.
      "aws:cdk:enable-asset-metadata": true,
      ...(bundles === undefined ? {} : { [madeBundles]: bundles }),
      ...(check ? {} : { "@aws-cdk/core:validateAgainstDefaultRules": false }),
    },
  });
  if (check) Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

/**
 * Synthesises the stack into `outdir` (an absolute path, made if need be), with no account, Docker or
 * network.
 *
 * @throws Error if a setting is not allowed (naming it), if a bundle cannot be built, or if a rule finds
 * something.
 */
export function synthesize(
  settings: Settings,
  outdir: string,
  options: SynthesisOptions = {},
): CloudAssembly {
  checkSettings(settings);
  const { check, bundles, ...props } = options;
  const app = newApp(outdir, check, bundles);
  new WaxsealStack(app, `Waxseal-${settings.stage}`, { ...props, settings });
  return app.synth();
}
