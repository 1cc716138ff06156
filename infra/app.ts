/** The CDK app that `cdk.json` names: `npx cdk synth`, `npx cdk deploy -c stage=prod -c issuer=…`. */
import { newApp } from "./synth.ts";
import { optionsFromContext } from "./options.ts";
import { WaxsealStack } from "./waxseal-stack.ts";

const app = newApp();
const options = optionsFromContext((name) => app.node.tryGetContext(name));
new WaxsealStack(app, `Waxseal-${options.settings.stage}`, options);
