import { Stack, type StackProps } from "aws-cdk-lib";
import { OpenIdConnectProvider, Role, WebIdentityPrincipal } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";

export interface BackEndRoleProps extends StackProps {
  /** Of the platform that your back end runs on, without `https://`. */
  readonly issuer: string;
  /** What the platform's tokens have as `aud`. */
  readonly audience: string;
  /** What they have as `sub` for this very back end in production, and for nothing else of yours. */
  readonly subject: string;
}

/**
 * A role for a back end outside AWS. It comes with a token of its platform, and needs no access key that somebody would
 * have to keep. It has no permission of its own: that it may call the acting proxy, the proxy's resource policy says,
 * which Waxseal's stack writes from `actingRoles`.
 */
export class BackEndRole extends Stack {
  constructor(scope: Construct, id: string, props: BackEndRoleProps) {
    super(scope, id, props);
    const { issuer, audience, subject } = props;
    const platform = new OpenIdConnectProvider(this, "Platform", {
      url: `https://${issuer}`,
      clientIds: [audience],
    });
    new Role(this, "Role", {
      roleName: "chat-backend",
      assumedBy: new WebIdentityPrincipal(platform.openIdConnectProviderArn, {
        // Both: without `sub`, anyone's back end on that platform could take the role.
        StringEquals: { [`${issuer}:aud`]: audience, [`${issuer}:sub`]: subject },
      }),
    });
  }
}
