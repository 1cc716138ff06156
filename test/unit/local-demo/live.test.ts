import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Live } from "../../../local/demo/live.ts";
import type { OperatorView, Story } from "../../../local/demo/view.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const story: Story = {
  ...{ id: "use/u", person: "ada", slot: "openai/default", type: "key_used", at: new Date().toISOString() },
  ...{ calls: [{}], events: [] },
};

/** A view that is another each time, and a page that keeps what it is sent. */
function world(stories: readonly Story[] = [], wait = () => Promise.resolve()) {
  let looks = 0;
  const view = async (): Promise<OperatorView> => {
    looks += 1;
    const useCount = looks;
    await wait();
    const record = { person: "ada", slot: "openai/default", state: "active", useCount, fields: [] };
    return { records: [record], stories, hasTrail: true };
  };
  const live = new Live({ view });
  const sent: string[] = [];
  const open = () => {
    const page = Object.assign(new EventEmitter(), {
      writeHead: () => undefined,
      flushHeaders: () => undefined,
      write: (text: string) => sent.push(text),
      end: () => undefined,
    });
    live.open(page as unknown as ServerResponse);
    return page;
  };
  return { live, open, sent, looks: () => looks };
}

test("where no page is open nothing is read", async () => {
  const { live, open, looks } = world();
  live.changed();
  await vi.advanceTimersByTimeAsync(5000);
  expect(looks()).toBe(0);
  open().emit("close");
  await vi.advanceTimersByTimeAsync(100);
  const before = looks();
  live.changed();
  await vi.advanceTimersByTimeAsync(5000);
  expect(looks()).toBe(before);
});

test("changes without a pause between them do not put the view off", async () => {
  const { live, open, sent } = world();
  open();
  for (let change = 0; change < 50; change += 1) {
    live.changed();
    await vi.advanceTimersByTimeAsync(20);
  }
  expect(sent.length).toBeGreaterThan(5);
});

test("what changes while it looks is looked at again, one look after the other", async () => {
  let underWay = 0;
  let most = 0;
  const { live, open, looks } = world([], async () => {
    most = Math.max(most, (underWay += 1));
    await new Promise((resolve) => setTimeout(resolve, 500));
    underWay -= 1;
  });
  open();
  await vi.advanceTimersByTimeAsync(100);
  live.changed();
  live.changed();
  await vi.advanceTimersByTimeAsync(3000);
  expect([looks(), most]).toEqual([2, 1]);
});

test("as long as CloudTrail has not shown a call it looks by itself", async () => {
  const settled = world([{ ...story, verdict: { status: "explained", reason: "claim", seenAt: "" } }]);
  const waiting = world([story]);
  for (const { open } of [settled, waiting]) open();
  await vi.advanceTimersByTimeAsync(3500);
  expect([settled.looks(), waiting.looks()]).toEqual([1, 4]);
});
