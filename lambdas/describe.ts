import openApi from "../docs/openapi.json" with { type: "json" };
import type { ApiResponse } from "./http/answer.ts";

/** It holds nothing of anyone, so every page may read it and everyone may keep it for a while. */
const answer: ApiResponse = {
  statusCode: 200,
  headers: {
    "content-type": "application/json",
    "cache-control": "public, max-age=300",
    "access-control-allow-origin": "*",
    "x-content-type-options": "nosniff",
  },
  body: JSON.stringify(openApi),
};

/** `GET /v1/openapi.json`: whoever asks, and whatever they send. It reads no request, no setting and no table. */
export const handler = (): Promise<ApiResponse> => Promise.resolve(answer);
