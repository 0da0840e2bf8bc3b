/** The range assignor: what every introduction to consumer groups shows, and what always holds. */
import fc from "fast-check";
import { describe, test } from "vitest";

import { rangeAssignor } from "../../../src/group/assignors/range.ts";
import { after, anyGroup, assignBy, groupSpec, loadsOf, ownersIn } from "./group-specs.ts";

const dynamic = (topics: readonly string[], ...memberIds: string[]) =>
  memberIds.map((memberId) => ({ memberId, topics }));

describe("the range assignor", () => {
  test("[GRP62] cuts 7 partitions over 3 members into 3, 2 and 2", ({ expect }) => {
    const spec = groupSpec({ A: 7 }, dynamic(["A"], "m1", "m2", "m3"));
    expect(assignBy(rangeAssignor, spec)).toEqual({ A: [0, 0, 0, 1, 1, 2, 2] });
  });

  test("[GRP62] gives one of two members 4 of twice 3 partitions, the same of both topics", ({
    expect,
  }) => {
    const spec = groupSpec({ A: 3, B: 3 }, dynamic(["A", "B"], "m1", "m2"));
    expect(assignBy(rangeAssignor, spec)).toEqual({ A: [0, 0, 1], B: [0, 0, 1] });
  });

  test("[GRP62] leaves a fourth member idle where there are three partitions", ({ expect }) => {
    const spec = groupSpec({ A: 3 }, dynamic(["A"], "m1", "m2", "m3", "m4"));
    expect(assignBy(rangeAssignor, spec)).toEqual({ A: [0, 1, 2] });
  });

  test("[GRP62] cuts each topic among those who subscribe to it", ({ expect }) => {
    const members = [...dynamic(["A", "B"], "m1"), ...dynamic(["B"], "m2"), ...dynamic([], "m3")];
    const spec = groupSpec({ A: 2, B: 3 }, members);
    expect(assignBy(rangeAssignor, spec)).toEqual({ A: [0, 0], B: [0, 0, 1] });
  });

  test("[GRP63] takes static members first, by instance ids, in UTF-16 order", ({ expect }) => {
    const members = [
      { memberId: "a", topics: ["A"] },
      { memberId: "y", instanceId: "\uff5e", topics: ["A"] },
      { memberId: "z", instanceId: "\u{1f975}", topics: ["A"] },
      { memberId: "B", topics: ["A"] },
    ];
    expect(assignBy(rangeAssignor, groupSpec({ A: 4 }, members))).toEqual({ A: [2, 1, 3, 0] });
  });

  test("[GRP63] a static member that is back under another id gets the same", ({ expect }) => {
    const spec = (back: string) =>
      groupSpec({ A: 5 }, [
        { memberId: back, instanceId: "i1", topics: ["A"] },
        { memberId: "m", instanceId: "i2", topics: ["A"] },
      ]);
    expect(assignBy(rangeAssignor, spec("z"))).toEqual(assignBy(rangeAssignor, spec("a")));
  });

  test("[GRP63] heeds neither what members own nor in which order they are given", ({ expect }) => {
    fc.assert(
      fc.property(anyGroup("any"), (spec) => {
        const assignment = rangeAssignor.assign(spec);
        const members = new Map([...spec.members].reverse());
        expect(rangeAssignor.assign({ ...spec, members })).toEqual(assignment);
        expect(rangeAssignor.assign(after(spec, new Map()))).toEqual(assignment);
      }),
    );
  });

  test("[GRP61, GRP62] every partition has one owner, and every topic is cut evenly", ({
    expect,
  }) => {
    fc.assert(
      fc.property(anyGroup("any"), (spec) => {
        const owners = ownersIn(spec, rangeAssignor.assign(spec));
        for (const [topic, list] of Object.entries(owners)) {
          const subscribers = [...spec.members.values()].map((m) =>
            m.subscribedTopicIds.has(topic),
          );
          const lengths = loadsOf(spec, { [topic]: list }).filter((_, index) => subscribers[index]);
          if (lengths.length > 0)
            expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThan(2);
          const changes = list.filter((owner, partition) => owner !== list[partition - 1]);
          expect(changes.length).toBe(new Set(list).size);
        }
      }),
    );
  });
});
