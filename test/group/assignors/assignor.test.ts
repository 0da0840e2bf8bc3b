/** Assignors by name, and that they are up to the largest groups. */
import { describe, test } from "vitest";

import {
  findAssignor,
  registerAssignor,
  type Assignor,
} from "../../../src/group/assignors/assignor.ts";
import { rangeAssignor } from "../../../src/group/assignors/range.ts";
import { uniformAssignor } from "../../../src/group/assignors/uniform.ts";
import { SeededRandom } from "../../simulation/seeded-random.ts";
import { groupSpec, ownersIn } from "./group-specs.ts";

describe("assignors by name", () => {
  test("[GRP60] are Kafka's two", ({ expect }) => {
    expect(findAssignor("uniform")).toBe(uniformAssignor);
    expect(findAssignor("range")).toBe(rangeAssignor);
    expect(findAssignor("sticky")).toBeUndefined();
  });

  test("[GRP60] are whatever is registered, the last one of a name", ({ expect }) => {
    const first: Assignor = { name: "first", assign: () => new Map() };
    const another: Assignor = { name: "first", assign: () => new Map() };
    registerAssignor(first);
    expect(findAssignor("first")).toBe(first);
    registerAssignor(another);
    expect(findAssignor("first")).toBe(another);
  });
});

describe("with 1,000 members and 10,000 partitions", () => {
  const MEMBERS = 1000;
  const PARTITIONS = 10_000;

  for (const topicCount of [1, 100]) {
    for (const probability of [1, 0.5]) {
      const subscribed = `${topicCount} topics, each subscribed by ${probability * 100} %`;
      test(`[GRP69] each partition has one owner: ${subscribed}`, ({ expect }) => {
        const random = new SeededRandom(topicCount);
        const topics = Array.from({ length: topicCount }, (_, index) => `topic-${index}`);
        const members = Array.from({ length: MEMBERS }, (_, index) => ({
          memberId: `member-${index}`,
          topics: topics.filter(() => random.chance(probability)),
        }));
        const partitionCount = PARTITIONS / topicCount;
        // The first members have by far the most, so that much has to move.
        const owners = () => Math.floor(MEMBERS * random.next() ** 3);
        const spec = groupSpec(
          Object.fromEntries(topics.map((topic) => [topic, partitionCount])),
          members,
          Object.fromEntries(
            topics.map((topic) => [topic, Array.from({ length: partitionCount }, owners)]),
          ),
        );
        for (const assignor of [rangeAssignor, uniformAssignor]) {
          const owned = Object.values(ownersIn(spec, assignor.assign(spec))).flat();
          expect(owned.filter((owner) => owner >= 0)).toHaveLength(PARTITIONS);
        }
      });
    }
  }
});
