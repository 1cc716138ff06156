/** An endpoint in a process of its own, to be killed: `node serve.ts <data directory>` prints its address. */
import { startAwsEndpoint } from "../../../local/aws/endpoint.ts";
import { bucketResource, emptyStack, kmsKeyResource, tableResource } from "../../contract/stack.ts";

export const servedStack = {
  ...emptyStack,
  tables: [tableResource("ProviderKeys")],
  kmsKeys: [kmsKeyResource(1), kmsKeyResource(2, [], "ECC_NIST_P256")],
  buckets: [bucketResource("evidence", "GOVERNANCE")],
};

if (import.meta.main) {
  const endpoint = await startAwsEndpoint({
    stack: servedStack,
    port: 0,
    dataDirectory: process.argv[2] ?? "",
  });
  console.log(endpoint.url);
}
