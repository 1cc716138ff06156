import { Duration } from "aws-cdk-lib";
import { Role } from "aws-cdk-lib/aws-iam";
import type { Function } from "aws-cdk-lib/aws-lambda";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { putAsidePrefix } from "../../lib/audit-attributes.ts";
import type { Settings } from "../../lib/settings.ts";
import { WaxsealFunction } from "../function.ts";
import { whoMayTake } from "../jobs.ts";
import { allow } from "../statements.ts";
import { acceptObjects, onlyOf } from "./buckets.ts";
import type { Recorder } from "./recorder.ts";
import { getObjects } from "./statements.ts";

export interface RedriveProps {
  readonly settings: Settings;
  readonly entry: string;
  readonly recorder: Recorder;
}

/**
 * The function that gives the recorder again what it had put aside, and the role under which an operator calls it.
 *
 * Whoever may invoke the recorder can have it record what never happened, and whoever may read what was put aside sees
 * sealed attributes: so no person may do either, and the function, which may, takes nothing from its caller that is
 * recorded. It writes no event itself.
 */
export class Redrive extends Construct {
  readonly fn: Function;
  readonly logGroup: ILogGroup;
  /** Taken by operators. It calls the function, and no more. */
  readonly role: Role;

  constructor(scope: Construct, id: string, { settings, entry, recorder }: RedriveProps) {
    super(scope, id);
    const timeout = Duration.minutes(3);
    const made = new WaxsealFunction(this, "Function", { name: "audit-redrive", entry, settings, timeout });
    this.fn = made.fn;
    this.logGroup = made.logGroup;
    const { role } = made.fn;
    if (!role) throw new Error("the function that redrives has no role");
    this.#grant(made, recorder);
    recorder.failures.addToResourcePolicy(
      onlyOf("OnlyTheRedrive", recorder.failures, ["s3:GetObject*", "s3:DeleteObject*"], role),
    );
    this.role = new Role(this, "Role", {
      description: `Waxseal (${settings.stage}): taken by an operator for waxseal audit redrive`,
      assumedBy: whoMayTake(settings.operators),
      maxSessionDuration: Duration.hours(1),
    });
    this.role.addToPrincipalPolicy(allow("lambda:InvokeFunction", this.fn.functionArn));
  }

  #grant({ fn }: WaxsealFunction, { failures, fn: recorder }: Recorder): void {
    const environment = {
      WAXSEAL_AUDIT_FAILURES: failures.bucketName,
      WAXSEAL_AUDIT_RECORDER: recorder.functionName,
    };
    for (const [name, value] of Object.entries(environment)) fn.addEnvironment(name, value);
    const aside = failures.arnForObjects(`${putAsidePrefix}*`);
    const statements = [
      allow("s3:ListBucket", failures.bucketArn, {}, "ListPutAside"),
      getObjects(failures.bucketArn, putAsidePrefix),
      allow("s3:DeleteObject", aside, {}, "RemoveRecorded"),
      allow("lambda:InvokeFunction", recorder.functionArn, {}, "GiveToTheRecorder"),
    ];
    for (const statement of statements) fn.addToRolePolicy(statement);
    if (fn.role) acceptObjects(fn.role, failures, `${putAsidePrefix}*`);
  }
}
