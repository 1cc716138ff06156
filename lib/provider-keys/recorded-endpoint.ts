/**
 * The endpoint that a record says it was sealed for, if a provider of its slot has it: for jobs, which open what they
 * find. The record chooses among the registered ones, as for a use, and its tag binds the choice: with another id
 * written into it, it opens for neither.
 *
 * @param endpoints - `provider=endpointId`, the registered ones.
 */
export function recordedEndpoint(
  endpoints: ReadonlySet<string>,
  slot: string,
  endpointId: string,
): string | undefined {
  const provider = slot.slice(0, slot.indexOf("/"));
  return endpoints.has(`${provider}=${endpointId}`) ? endpointId : undefined;
}
