/** The uniform assignor: equal shares, as few moves as can be, whatever members subscribe to. */
import fc from "fast-check";
import { describe, test } from "vitest";

import type { GroupAssignment, GroupSpec } from "../../../src/group/assignors/assignor.ts";
import { uniformAssignor } from "../../../src/group/assignors/uniform.ts";
import { after, anyGroup, assignBy, groupSpec, loadsOf, type MemberToBe } from "./group-specs.ts";

const members = (topics: readonly string[], ...memberIds: string[]): MemberToBe[] =>
  memberIds.map((memberId) => ({ memberId, topics }));

/** How many partitions of `from` its members have lost in `to`, other members left aside. */
function countLost(spec: GroupSpec, from: GroupAssignment, to: GroupAssignment): number {
  const lost = [...spec.members.keys()].flatMap((memberId) =>
    [...(from.get(memberId) ?? [])].flatMap(([topic, partitions]) =>
      partitions.filter((partition) => !to.get(memberId)?.get(topic)?.includes(partition)),
    ),
  );
  return lost.length;
}

describe("the uniform assignor where all subscribe to the same topics", () => {
  test("[GRP64] shares all topics out together: twice 3 over 2 members is 3 and 3", ({
    expect,
  }) => {
    const spec = groupSpec({ A: 3, B: 3 }, members(["A", "B"], "m1", "m2"));
    expect(loadsOf(spec, assignBy(uniformAssignor, spec))).toEqual([3, 3]);
  });

  test("[GRP64] leaves a fourth member idle where there are three partitions", ({ expect }) => {
    const spec = groupSpec({ A: 3 }, members(["A"], "m1", "m2", "m3", "m4"));
    expect(assignBy(uniformAssignor, spec)).toEqual({ A: [0, 1, 2] });
  });

  test("[GRP67] a member that joins takes only its share from the others", ({ expect }) => {
    const spec = groupSpec({ A: 6 }, members(["A"], "m1", "m2", "m3"), { A: [0, 1, 0, 1, 0, 1] });
    expect(assignBy(uniformAssignor, spec)).toEqual({ A: [0, 1, 0, 1, 2, 2] });
  });

  test("[GRP67] what nobody owns goes to those who have the least", ({ expect }) => {
    const spec = groupSpec({ A: 6 }, members(["A"], "m1", "m2", "m3"), {
      A: [0, 0, -1, 1, -1, -1],
    });
    expect(assignBy(uniformAssignor, spec)).toEqual({ A: [0, 0, 1, 1, 2, 2] });
  });

  test("[GRP67] deleted topics and those that nobody subscribes to any more count for nothing", ({
    expect,
  }) => {
    const owned = { A: [1, 1], gone: [0, 0, 0], left: [1] };
    const spec = groupSpec({ A: 2, left: 1 }, members(["A"], "m1", "m2"), owned);
    expect(assignBy(uniformAssignor, spec)).toEqual({ A: [1, 0], left: [-1] });
  });

  test("[GRP61, GRP64] every partition has one owner, and counts differ by one at most", ({
    expect,
  }) => {
    fc.assert(
      fc.property(anyGroup("the same"), (spec) => {
        const loads = loadsOf(spec, assignBy(uniformAssignor, spec));
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThan(2);
      }),
    );
  });

  test("[GRP67] no more partitions move than equal shares take", ({ expect }) => {
    fc.assert(
      fc.property(anyGroup("the same"), (spec) => {
        const before = new Map([...spec.members].map(([id, member]) => [id, member.assignment]));
        const now = uniformAssignor.assign(spec);
        const counts = (assignment: GroupAssignment) =>
          [...assignment.values()]
            .map((topics) => [...topics.values()].flat().length)
            .toSorted((a, b) => b - a);
        const had = counts(before);
        const has = counts(now);
        // The fewest moves take those with the most to the greater shares.
        const least = had.reduce((sum, load, index) => sum + Math.max(0, load - has[index]!), 0);
        expect(countLost(spec, before, now)).toBe(least);
      }),
    );
  });

  test("[GRP67] when a member leaves, nothing moves but what it had", ({ expect }) => {
    fc.assert(
      fc.property(anyGroup("the same"), fc.nat(), (spec, choice) => {
        const before = uniformAssignor.assign(spec);
        const leaver = [...spec.members.keys()][choice % spec.members.size]!;
        const rest = after(spec, before, [leaver]);
        expect(countLost(rest, before, uniformAssignor.assign(rest))).toBe(0);
      }),
    );
  });
});

describe("the uniform assignor where subscriptions differ", () => {
  test("[GRP68] evens out by one topic what another topic makes uneven", ({ expect }) => {
    const both = [...members(["A"], "m1"), ...members(["A", "B"], "m2")];
    const spec = groupSpec({ A: 4, B: 2 }, both);
    expect(loadsOf(spec, assignBy(uniformAssignor, spec))).toEqual([3, 3]);
  });

  test("[GRP68] a topic with one subscriber is all its own, and the others make up for it", ({
    expect,
  }) => {
    const two = [...members(["A", "B"], "m1"), ...members(["B"], "m2")];
    const owned = { A: [0, 0, 0], B: [0, 0, 1] };
    const spec = groupSpec({ A: 3, B: 3 }, two, owned);
    expect(assignBy(uniformAssignor, spec)).toEqual({ A: [0, 0, 0], B: [1, 1, 1] });
  });

  test("[GRP68] members that subscribe to nothing get nothing", ({ expect }) => {
    const spec = groupSpec({ A: 2 }, [...members(["A"], "m1"), ...members([], "m2")], {
      A: [1, 1],
    });
    expect(assignBy(uniformAssignor, spec)).toEqual({ A: [0, 0] });
  });

  test("[GRP61, GRP68] no partition could move to a subscriber and make the loads more even", ({
    expect,
  }) => {
    fc.assert(
      fc.property(anyGroup("any"), (spec) => {
        const owners = assignBy(uniformAssignor, spec);
        const loads = loadsOf(spec, owners);
        const all = [...spec.members.values()];
        for (const [topic, list] of Object.entries(owners)) {
          const ofSubscribers = loads.filter((_, i) => all[i]!.subscribedTopicIds.has(topic));
          for (const owner of list.filter((index) => index >= 0)) {
            expect(loads[owner]! - Math.min(...ofSubscribers)).toBeLessThan(2);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("the uniform assignor", () => {
  for (const subscriptions of ["the same", "any"] as const) {
    test(`[GRP66] changes nothing in its own assignment, subscriptions: ${subscriptions}`, ({
      expect,
    }) => {
      fc.assert(
        fc.property(anyGroup(subscriptions), (spec) => {
          const once = uniformAssignor.assign(spec);
          expect(uniformAssignor.assign(after(spec, once))).toEqual(once);
        }),
        { numRuns: 500 },
      );
    });
  }
});
