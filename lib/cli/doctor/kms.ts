import { GetKeyPolicyCommand, ListGrantsCommand } from "@aws-sdk/client-kms";
import { asked, describeKmsKey } from "../../jobs/kms-key.ts";
import { rotationStateOf } from "../kms-keys.ts";
import type { Session } from "../session.ts";
import { advise, checked, expectThat, ok, wrong, type Check } from "./check.ts";
import { policyFaults } from "./key-policy.ts";

/** Each KMS key of the stack: whether it can be used, by whom, and that it is rotated. */
export async function checkKmsKeys(session: Session): Promise<Check[]> {
  const checks = [...session.deployment.encryptionKeys].map(([name, arn]) =>
    checked(`kms-key ${name}`, () => checkKmsKey(session, name, arn)),
  );
  return (await Promise.all(checks)).flat();
}

async function checkKmsKey({ own, deployment }: Session, name: string, arn: string): Promise<Check[]> {
  const isCurrent = arn === deployment.writeEncryptionKeyId;
  const { KeyState: state = "unknown" } = await describeKmsKey(own.kms, arn);
  const what = `kms-key ${name}`;
  if (state !== "Enabled" && isCurrent)
    return [
      wrong(what, `${state}, and in use: nothing opens`, `enable it: aws kms enable-key --key-id ${arn}`),
    ];
  if (state !== "Enabled") return [ok(what, `${state}: retired. Undo: waxseal retire ${name} --undo`)];
  return [
    ok(what, isCurrent ? "enabled, wraps new data keys" : "enabled, not in use for new data keys"),
    ...(await checked(`${what} rotation`, () => checkRotation(own.kms, `${what} rotation`, arn))),
    ...(await checked(`${what} policy`, () => checkPolicy({ own, deployment }, `${what} policy`, arn))),
    ...(await checked(`${what} grants`, () => checkGrants(own.kms, `${what} grants`, arn))),
  ];
}

async function checkRotation(kms: Session["own"]["kms"], name: string, arn: string): Promise<Check[]> {
  const { isAutomatic, nextAutomatic, onDemandLeft, inProgress } = await rotationStateOf(kms, arn);
  if (!isAutomatic)
    return [wrong(name, "no automatic rotation", `enable it: aws kms enable-key-rotation --key-id ${arn}`)];
  const next = nextAutomatic ? `, next ${nextAutomatic.toISOString().slice(0, 10)}` : "";
  const found = `automatic${next}; ${onDemandLeft} of 25 on demand left${inProgress ? "; one is under way" : ""}`;
  return [
    onDemandLeft > 2
      ? ok(name, found)
      : advise(name, found, "put another KMS key in use: waxseal rotate --to NAME"),
  ];
}

async function checkPolicy(
  { own, deployment }: Pick<Session, "own" | "deployment">,
  name: string,
  arn: string,
): Promise<Check[]> {
  const { Policy: policy = "" } = await asked(() => own.kms.send(new GetKeyPolicyCommand({ KeyId: arn })));
  const faults = policyFaults(policy, deployment.admitted, deployment.stage, arn.split(":")[4] ?? "");
  const advice = "deploy the stack again, and look in CloudTrail for PutKeyPolicy: who changed it?";
  if (faults.length === 0) return [ok(name, "lets in the stack's roles, each for its use, and nobody else")];
  return faults.map((fault) => wrong(name, fault, advice));
}

async function checkGrants(kms: Session["own"]["kms"], name: string, arn: string): Promise<Check[]> {
  const { Grants: grants = [] } = await asked(() => kms.send(new ListGrantsCommand({ KeyId: arn })));
  const advice =
    "a grant goes round the policy: aws kms list-grants, revoke-grant; look in CloudTrail for CreateGrant";
  return [expectThat(grants.length === 0, name, `${grants.length} grants`, advice)];
}
