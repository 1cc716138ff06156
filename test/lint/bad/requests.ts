import type { APIGatewayProxyEvent } from "aws-lambda";
import { createLogger } from "../../../lib/log/logger.ts";

const logger = createLogger("bad");

export function requests(event: APIGatewayProxyEvent, request: Request, rawBody: string): string[] {
  logger.info("called", { event }); // refused: request
  logger.info("called", { ...event }); // refused: request
  logger.info("called", { body: event.body }); // refused: body
  logger.info("called", { start: event.body?.slice(0, 20) }); // refused: body
  logger.info("called", { rawBody }); // refused: body
  logger.info("called", { headers: event.headers }); // refused: headers
  logger.info("called", { all: event.multiValueHeaders }); // refused: headers
  logger.info("called", { sent: event.headers["authorization"] }); // refused: named
  logger.info("called", { sent: request.headers.get("x-api-key") }); // refused: headers
  logger.info("called", { all: Object.entries(event.headers) }); // refused: headers
  const { body, headers } = event;
  logger.info("called", { text: body }); // refused: body
  logger.info("called", { sent: headers }); // refused: headers
  const parsed: unknown = JSON.parse(rawBody);
  logger.info("called", { parsed }); // refused: body
  return [
    JSON.stringify(event), // refused: request
    JSON.stringify(event.headers), // refused: headers
    `got ${event.body}`, // refused: body
    `got ${rawBody}`, // refused: body
  ];
}

export const handler = ({ body, headers }: APIGatewayProxyEvent): void => {
  logger.info("called", { body }); // refused: body
  logger.info("called", { headers }); // refused: headers
};
