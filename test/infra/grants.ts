/** What the roles of a template are allowed, in a form that can be looked through; and ways to spoil it. */
import type { Resource, Synthesised } from "./synthesised.ts";

export interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: string | string[];
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
export interface Grant {
  readonly role: string;
  readonly action: string;
  readonly resource: string;
  readonly condition: Statement["Condition"];
}
export type Template = Pick<Synthesised, "resources">;

/** What every role is allowed, one action on one resource a line. */
export function grantsIn(template: Template): Grant[] {
  const policies = Object.entries(template.resources).flatMap(([id, { Type, Properties }]) => {
    if (Type === "AWS::IAM::Role")
      return ((Properties["Policies"] ?? []) as object[]).map((policy) => ({
        ...policy,
        Roles: [`<${id}>`],
      }));
    return Type === "AWS::IAM::Policy" ? [Properties] : [];
  }) as { Roles: string[]; PolicyDocument: { Statement: Statement[] } }[];
  return policies.flatMap(({ Roles, PolicyDocument }) =>
    PolicyDocument.Statement.flatMap(({ Effect, Action, Resource, Condition: condition }) => {
      if (Effect !== "Allow") throw new Error("a policy of a role denies");
      const each = [Action]
        .flat()
        .flatMap((action) => [Resource].flat().map((one) => [action, one] as const));
      return Roles.flatMap((role) =>
        each.map(([action, resource]) => ({ role: role.slice(1, -1), action, resource, condition })),
      );
    }),
  );
}

/** `role action resource`, of those that a pattern matches, in order. */
export const named = (template: Template, resource: RegExp, action = /./) =>
  grantsIn(template)
    .filter((grant) => resource.test(grant.resource) && action.test(grant.action))
    .map(({ role, action: what, resource: where }) => `${role} ${what} ${where}`)
    .toSorted();

/** Gives a role one permission more. */
export const give =
  (role: string, action: string, resource: string, condition?: object) =>
  (resources: Record<string, Resource>) => {
    const Statement = [{ Effect: "Allow", Action: action, Resource: resource, Condition: condition }];
    const Properties = { Roles: [`<${role}>`], PolicyDocument: { Statement } };
    resources["Spoilt"] = { Type: "AWS::IAM::Policy", Properties };
  };
/** Drops a statement of a resource policy by its `Sid`. */
export const drop = (type: string, policy: string, sid: string) => (resources: Record<string, Resource>) => {
  for (const { Type, Properties } of Object.values(resources)) {
    const document = Properties[policy] as { Statement: { Sid?: string }[] } | undefined;
    if (Type === type && document) document.Statement = document.Statement.filter(({ Sid }) => Sid !== sid);
  }
};

export interface Guarantee {
  readonly of: (template: Template) => unknown;
  readonly is: unknown;
  /** Breaks it. */
  readonly spoil: (resources: Record<string, Resource>) => void;
}
