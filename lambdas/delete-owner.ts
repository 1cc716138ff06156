import middy from "@middy/core";
import { deleteOwnerPorts } from "../lib/compose.ts";
import { WaxsealError } from "../lib/errors.ts";
import { deleteOwner } from "../lib/provider-keys/delete-owner.ts";
import { actFor, type ActingEvent } from "./http/acting.ts";
import { json, type ApiResponse } from "./http/answer.ts";
import { routeOf } from "./http/event.ts";
import { answerErrors } from "./http/middleware.ts";

/** `DELETE /provider-keys` at a function URL: a closed account's provider keys, all of them. */
export const handler = middy<ActingEvent, ApiResponse>()
  .use(answerErrors())
  .use(actFor("delete"))
  .handler(async (event) => {
    if (routeOf(event).function !== "delete-owner") throw new WaxsealError("ROUTE_NOT_ALLOWED");
    return json(200, { removed: await deleteOwner(deleteOwnerPorts(), event.who) });
  });
