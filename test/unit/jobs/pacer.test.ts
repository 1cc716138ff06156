import { describe, expect, test } from "vitest";
import { pacedKms, pacer } from "../../../lib/jobs/pacer.ts";
import type { KmsSender } from "../../../lib/kms/answer.ts";

/** A clock that moves only when somebody waits. */
function clock() {
  let at = 0;
  return {
    now: () => at,
    wait: async (milliseconds: number) => {
      at += milliseconds;
    },
  };
}

const fault = (name: string) => Object.assign(new Error("a message"), { name });

describe("calls", () => {
  test("are made at the rate that was set, however many want to", async () => {
    const time = clock();
    const pace = pacer(100, time);
    for (let calls = 0; calls < 50; calls += 1) await pace.take();
    expect(time.now()).toBeCloseTo(490);
  });

  test("that nobody made in time are not made up for all at once", async () => {
    const time = clock();
    const pace = pacer(100, time);
    await pace.take();
    await time.wait(10_000);
    await pace.take();
    const after = time.now();
    await pace.take();
    expect(time.now() - after).toBeCloseTo(10);
  });

  test("wait for no negative time, however the clock goes on between two looks", async () => {
    let at = 0;
    const waits: number[] = [];
    const wait = async (milliseconds: number) => void waits.push(milliseconds);
    const pace = pacer(100, { now: () => (at += 7), wait });
    for (let calls = 0; calls < 5; calls += 1) await pace.take();
    expect(waits).toHaveLength(4);
    expect(Math.min(...waits)).toBeGreaterThan(0);
  });

  test("slow down when they are throttled, to a tenth at the least, and come back when they are not", async () => {
    const time = clock();
    const pace = pacer(100, time);
    const distance = async () => {
      await pace.take();
      const before = time.now();
      await pace.take();
      return time.now() - before;
    };
    pace.wasThrottled();
    expect(await distance()).toBeCloseTo(15);
    for (let times = 0; times < 50; times += 1) pace.wasThrottled();
    expect(await distance()).toBeCloseTo(100);
    for (let times = 0; times < 500; times += 1) pace.wentThrough();
    expect(await distance()).toBeCloseTo(10);
  });
});

describe("a KMS client under a pace", () => {
  test("waits for each attempt, tells of throttling, and changes neither answer nor error", async () => {
    const told: string[] = [];
    const answers = [fault("ThrottlingException"), fault("DisabledException"), { KeyId: "the answer" }];
    const kms = {
      send: async () => {
        const answer = answers.shift();
        if (answer instanceof Error) throw answer;
        return answer;
      },
    } as unknown as KmsSender;
    const paced = pacedKms(kms, {
      take: async () => void told.push("take"),
      wasThrottled: () => void told.push("throttled"),
      wentThrough: () => void told.push("through"),
    });
    const send = paced.send.bind(paced) as (command: unknown) => Promise<unknown>;
    await expect(send({})).rejects.toMatchObject({ name: "ThrottlingException" });
    await expect(send({})).rejects.toMatchObject({ name: "DisabledException" });
    expect(await send({})).toEqual({ KeyId: "the answer" });
    expect(told).toEqual(["take", "throttled", "take", "take", "through"]);
  });
});
