/** More than the errors of any provider; what comes after it is not looked at. */
const MAX_LOOKED_AT = 65_536;

/** The beginning of a body as text, and the response with its body whole. */
export async function peek(answer: Response): Promise<{ response: Response; text: string }> {
  if (!answer.body) return { response: answer, text: "" };
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const read: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < MAX_LOOKED_AT) {
    const { done, value } = await reader.read();
    if (done) break;
    read.push(value);
    bytes += value.byteLength;
  }
  const text = Buffer.concat(read).toString();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = read.shift() ?? (await reader.read()).value;
      if (chunk) controller.enqueue(chunk);
      else controller.close();
    },
    cancel: () => reader.cancel(),
  });
  const { status, headers } = answer;
  return { response: new Response(body, { status, headers }), text };
}
