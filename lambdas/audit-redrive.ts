import * as z from "zod/mini";
import { composeRedrive } from "../lib/audit/compose-redrive.ts";
import { redrive, type Redriven } from "../lib/audit/redrive.ts";
import { WaxsealError } from "../lib/errors.ts";

let composed: ReturnType<typeof composeRedrive> | undefined;

/** Whoever calls says how far an earlier call came, and nothing of what is recorded. */
const requestSchema = z.strictObject({
  task: z.literal("redrive"),
  dryRun: z.boolean(),
  after: z.string().check(z.maxLength(1024)),
});

/** A caller hears of it this often. Beside it a batch that is under way has the recorder's minute. */
const HALF_A_MINUTE = 30_000;

/** By an operator's `waxseal audit redrive`: the recorder gets again what it could not record. */
export async function handler(event: unknown): Promise<Redriven> {
  const ports = (composed ??= composeRedrive(process.env));
  const { data } = z.safeParse(requestSchema, event);
  if (!data) throw new WaxsealError("INVALID_REQUEST");
  return redrive(ports, data, new Date(ports.now().getTime() + HALF_A_MINUTE));
}
