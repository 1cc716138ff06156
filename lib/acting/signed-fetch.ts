import { Sha256 } from "@aws-crypto/sha256-js";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { SignatureV4 } from "@smithy/signature-v4";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** How a back end signs; the ordinary places of the AWS SDK give what is absent. */
export interface SigningOptions {
  /** A function that gives them anew when they expire, as the AWS SDK's providers are. */
  readonly credentials?: Credentials | (() => Promise<Credentials>);
  /** By default the one in the function URL's host name, then `AWS_REGION`. */
  readonly region?: string;
}

const URL_REGION = /\.lambda-url\.([a-z0-9-]+)\.on\.aws$/;

/** What a back end sends to a function URL. */
export interface SignableRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
  readonly signal?: AbortSignal;
}

let fromEnvironment: (() => Promise<Credentials>) | undefined;

/**
 * Sends a request to a function URL with IAM authorization: signed by AWS Signature Version 4 for the service
 * `lambda` (Lambda Developer Guide, "Invoking Lambda function URLs"). Redirects are not followed.
 *
 * @throws TypeError, as `fetch` does, and what the credentials' provider throws.
 */
export async function signedFetch(request: SignableRequest, options: SigningOptions): Promise<Response> {
  const { method, url, headers, body, signal } = request;
  const signer = new SignatureV4({
    service: "lambda",
    region: options.region ?? URL_REGION.exec(url.hostname)?.[1] ?? process.env["AWS_REGION"] ?? "us-east-1",
    credentials: options.credentials ?? (fromEnvironment ??= defaultProvider()),
    sha256: Sha256,
  });
  const signed = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port !== "" && { port: Number(url.port) }),
    path: url.pathname,
    query: queryOf(url),
    headers: { ...Object.fromEntries(headers), host: url.host },
    ...(body && { body }),
  });
  const { host: _host, ...sent } = signed.headers;
  return fetch(url, {
    method,
    headers: sent,
    redirect: "error",
    ...(body && { body }),
    ...(signal && { signal }),
  });
}

function queryOf(url: URL): Record<string, string[]> {
  const names = [...new Set(url.searchParams.keys())];
  return Object.fromEntries(names.map((name) => [name, url.searchParams.getAll(name)]));
}
