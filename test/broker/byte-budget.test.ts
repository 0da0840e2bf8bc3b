/** A budget of memory: who gets a share, who waits, and who has to give it up. */
import { describe, expect, test } from "vitest";

import { ByteBudget, type Hold } from "../../src/broker/byte-budget.ts";
import { World } from "../simulation/world.ts";

const LIMIT = 1_000_000;
const SAFE_MS = 10_000;

function newBudget() {
  const world = new World(1);
  const clock = { now: () => world.clock() };
  const budget = new ByteBudget(LIMIT, { clock, timers: world });
  const givenUp: string[] = [];
  /** A share that is released when it has to be given up. */
  const hold = (name: string, bytes: number): Hold => {
    const share: Hold = budget.hold(bytes, () => {
      givenUp.push(name);
      share.release();
    });
    return share;
  };
  const admitted: string[] = [];
  const wait = (name: string, bytes: number): Promise<Hold> => {
    const share = budget.whenFree(bytes, () => {});
    void Promise.resolve(share).then(() => admitted.push(name));
    return Promise.resolve(share);
  };
  return { world, budget, hold, wait, givenUp, admitted };
}

describe("a budget of bytes", () => {
  test("[BRK60] is what is left of it, and comes back", () => {
    const { budget, hold } = newBudget();
    const share = hold("a", 400_000);
    hold("b", 100_000);
    expect([budget.used, budget.free]).toEqual([500_000, 500_000]);
    share.resize(700_000);
    expect(budget.free).toBe(200_000);
    share.release();
    share.release();
    share.resize(5);
    expect(budget.used).toBe(100_000);
  });

  test("[BRK61] makes those wait for whom nothing is free", async () => {
    const { world, hold, wait, admitted } = newBudget();
    const share = hold("all", LIMIT);
    void wait("first", 900_000);
    void wait("second", 900_000);
    void wait("third", 900_000);
    await world.runFor(100);
    expect(admitted).toEqual([]);
    share.release();
    await world.runFor(100);
    // What does not fit whole gets through as well, as long as something is free.
    expect(admitted).toEqual(["first", "second"]);
  });

  test("[BRK61] lets through what is larger than all of it", async () => {
    const { budget, wait, admitted, world } = newBudget();
    const share = await wait("large", 5 * LIMIT);
    void wait("next", 1);
    await world.runFor(100);
    expect([admitted, budget.free]).toEqual([["large"], 0]);
    share.release();
    await world.runFor(100);
    expect(admitted).toEqual(["large", "next"]);
  });

  test("[BRK61] lets one of those go on who need more for what they have begun, then the next", async () => {
    const { world, budget, hold } = newBudget();
    const begun = [hold("a", 500_000), hold("b", 500_000)];
    const granted: string[] = [];
    const grow = (index: number) =>
      void Promise.resolve(budget.whenFree(100_000, () => {}, begun[index])).then((more) => {
        granted.push("ab"[index]!);
        begun[index]!.resize(begun[index]!.bytes + 100_000);
        more.release();
      });
    grow(0);
    grow(1);
    await world.runFor(100);
    grow(0);
    await world.runFor(100);
    expect(granted).toEqual(["a", "a"]);
    begun[0]!.resize(1_000_000);
    begun[0]!.release();
    await world.runFor(100);
    expect(granted).toEqual(["a", "a", "b"]);
    budget.hold(LIMIT, () => {});
    grow(1);
    await world.runFor(100);
    expect(granted).toEqual(["a", "a", "b", "b"]);
  });

  test("[BRK61] lets those first who ask for least", async () => {
    const { world, hold, wait, admitted } = newBudget();
    const share = hold("all", LIMIT);
    void wait("much", 600_000);
    void wait("more", 700_000);
    void wait("little", 300_000);
    void wait("as much", 600_000);
    share.release();
    await world.runFor(100);
    expect(admitted).toEqual(["little", "much", "as much"]);
  });

  test("[BRK61] lets nobody wait who is gone", async () => {
    const { world, budget, hold, wait, admitted } = newBudget();
    const share = hold("all", LIMIT);
    const giveUp = () => {};
    const gone = budget.whenFree(500_000, giveUp);
    void wait("next", 600_000);
    budget.forget(giveUp);
    expect((await gone).bytes).toBe(0);
    (await gone).resize(5);
    (await gone).release();
    expect(budget.used).toBe(LIMIT);
    share.release();
    await world.runFor(100);
    expect([admitted, budget.used]).toEqual([["next"], 600_000]);
  });

  test("[BRK62] takes back what was held for ten seconds, as much as others lack", async () => {
    const { world, hold, wait, givenUp, admitted } = newBudget();
    hold("first", 100_000);
    await world.runFor(5000);
    hold("second", LIMIT);
    await world.runFor(1000);
    hold("third", 100_000);
    void wait("waiting", 1);
    await world.runFor(3000);
    expect(givenUp).toEqual([]);
    await world.runFor(2000);
    expect([givenUp, admitted]).toEqual([["first"], []]);
    await world.runFor(5000);
    expect([givenUp, admitted]).toEqual([["first", "second"], ["waiting"]]);
    await world.runFor(60_000);
    expect(givenUp).toEqual(["first", "second"]);
  });

  test("[BRK62] takes back no more than that, though to give up takes a moment", async () => {
    const { world, budget } = newBudget();
    const givenUp: number[] = [];
    for (let index = 0; index < 10; index++) {
      const share = budget.hold(LIMIT / 10, () => {
        givenUp.push(index);
        world.after(10, () => share.release());
      });
    }
    await world.runFor(SAFE_MS + 5000);
    expect(givenUp).toEqual([0]);
  });

  test("[BRK62] asks each to give up once, and not those whom others do not wait for", async () => {
    const { world, budget, hold, givenUp } = newBudget();
    let asked = 0;
    budget.hold(LIMIT, () => (asked += 1));
    hold("a", 10);
    hold("kept", 20).keep();
    hold("b", 30);
    await world.runFor(SAFE_MS + 5000);
    expect([asked, givenUp]).toEqual([1, ["a", "b"]]);
  });

  test("[BRK62] has no timer while something is free", async () => {
    const { world, hold } = newBudget();
    hold("a", LIMIT - 1);
    expect(world.pendingCount).toBe(0);
    const last = hold("b", 1);
    expect(world.pendingCount).toBe(1);
    last.release();
    await world.runFor(2000);
    expect(world.pendingCount).toBe(0);
  });

  test("[BRK63] gives to those who can make do with less what there is, or a little", () => {
    const { budget } = newBudget();
    expect(budget.share(900_000).bytes).toBe(900_000);
    expect(budget.share(900_000).bytes).toBe(100_000);
    expect(budget.share(900_000).bytes).toBe(64 * 1024);
    expect(budget.share(10).bytes).toBe(10);
  });
});
