import middy from "@middy/core";
import { executionModeStreamifyResponse } from "@middy/core/StreamifyResponse";
import { actFor, type ActingEvent } from "./http/acting.ts";
import { answerErrors } from "./http/middleware.ts";
import { proxied } from "./http/proxied.ts";

/** `ANY /proxy/{provider}[@{name}]/{path+}` at a function URL: a back end's call with a user's provider key. */
export const handler = middy({ executionMode: executionModeStreamifyResponse })
  .use(answerErrors())
  .use(actFor("use"))
  .handler((event: ActingEvent) => proxied(event, event.who));
