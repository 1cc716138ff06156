/** Why the local system does not start, for who started it: a setting that is not allowed, a folder in use. */
export class StartRefused extends Error {
  override readonly name = "StartRefused";
}
