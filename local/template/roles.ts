import type { RoleResource, Statement } from "../stack.ts";
import { asList, asNumber, asObject, asText, onlyKnown, TemplateError } from "./read.ts";
import type { Resource } from "./resources.ts";
import { identityStatements, trustStatements } from "./statements.ts";

/** IAM's default of `MaxSessionDuration` (CloudFormation, AWS::IAM::Role). */
const defaultMaxSessionSeconds = 3600;

/** Each role with who may assume it, the statements of its own policies and of the policies attached to it. */
export function rolesOf(roles: readonly Resource[], policies: readonly Resource[]): readonly RoleResource[] {
  const attached = policies.map(attachedPolicy);
  for (const { logicalId, roleNames } of attached) {
    const stranger = roleNames.find((name) => !roles.some(({ id }) => id === name));
    if (stranger !== undefined) throw new TemplateError(logicalId, `there is no role ${stranger}`);
  }
  return roles.map((role) => ({
    logicalId: role.logicalId,
    arn: role.arn,
    ...sessionsOf(role),
    statements: [
      ...inlineStatements(role),
      ...attached
        .filter(({ roleNames }) => roleNames.includes(role.id))
        .flatMap(({ statements }) => statements),
    ],
  }));
}

function sessionsOf({ logicalId, properties }: Resource): Pick<RoleResource, "trust" | "maxSessionSeconds"> {
  const { AssumeRolePolicyDocument: trust, MaxSessionDuration: most = defaultMaxSessionSeconds } = properties;
  return {
    trust: trustStatements(trust, `${logicalId}.AssumeRolePolicyDocument`),
    maxSessionSeconds: asNumber(most, `${logicalId}.MaxSessionDuration`),
  };
}

function inlineStatements({ logicalId, properties }: Resource): readonly Statement[] {
  const { Policies = [], ...others } = properties;
  // Managed policies and boundaries have statements that are not in the template: neither is known here.
  onlyKnown(others, ["AssumeRolePolicyDocument", "Description", "MaxSessionDuration", "RoleName"], logicalId);
  return asList(Policies, `${logicalId}.Policies`).flatMap((policy, index) => {
    const where = `${logicalId}.Policies[${index}]`;
    return identityStatements(asObject(policy, where)["PolicyDocument"], where);
  });
}

function attachedPolicy({ logicalId, properties }: Resource) {
  const { PolicyDocument, Roles, ...others } = properties;
  onlyKnown(others, ["PolicyName"], logicalId);
  return {
    logicalId,
    roleNames: asList(Roles, `${logicalId}.Roles`).map((name) => asText(name, `${logicalId}.Roles`)),
    statements: identityStatements(PolicyDocument, `${logicalId}.PolicyDocument`),
  };
}
