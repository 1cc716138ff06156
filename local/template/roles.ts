import type { RoleResource, Statement } from "../stack.ts";
import { asList, asObject, asText, onlyKnown, TemplateError } from "./read.ts";
import type { Resource } from "./resources.ts";
import { identityStatements } from "./statements.ts";

/** Each role with the statements of its own policies and of the policies attached to it. */
export function rolesOf(roles: readonly Resource[], policies: readonly Resource[]): readonly RoleResource[] {
  const attached = policies.map(attachedPolicy);
  for (const { logicalId, roleNames } of attached) {
    const stranger = roleNames.find((name) => !roles.some(({ id }) => id === name));
    if (stranger !== undefined) throw new TemplateError(logicalId, `there is no role ${stranger}`);
  }
  return roles.map((role) => ({
    arn: role.arn,
    statements: [
      ...inlineStatements(role),
      ...attached
        .filter(({ roleNames }) => roleNames.includes(role.id))
        .flatMap(({ statements }) => statements),
    ],
  }));
}

function inlineStatements({ logicalId, properties }: Resource): readonly Statement[] {
  const { Policies = [], ...others } = properties;
  // Managed policies and boundaries have statements that are not in the template: neither is known here.
  onlyKnown(others, ["AssumeRolePolicyDocument", "Description", "RoleName"], logicalId);
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
