/** What Kafka's own assignors made of groups that come and go: see GoldenAssignments.java. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, test } from "vitest";

import { rangeAssignor } from "../../../src/group/assignors/range.ts";
import { uniformAssignor } from "../../../src/group/assignors/uniform.ts";
import { assignBy, countKept, groupSpec, loadsOf, type OwnersByTopic } from "./group-specs.ts";

interface Recorded {
  readonly topics: Readonly<Record<string, number>>;
  readonly members: readonly [memberId: string, instanceId: string | null, topics: number[]][];
  readonly owned: OwnersByTopic;
  readonly range: OwnersByTopic;
  readonly uniform: OwnersByTopic;
}

const file = join(import.meta.dirname, "../../golden/group/assignments.json");
const groups = (JSON.parse(readFileSync(file, "utf8")) as Recorded[]).map((recorded) => {
  const members = recorded.members.map(([memberId, instanceId, topics]) => ({
    memberId,
    instanceId,
    topics: topics.map(String),
  }));
  return { ...recorded, spec: groupSpec(recorded.topics, members, recorded.owned) };
});
const homogeneous = groups.filter(({ spec }) => spec.subscriptionType === "HOMOGENEOUS");
const heterogeneous = groups.filter(({ spec }) => spec.subscriptionType === "HETEROGENEOUS");

describe("on the groups that Kafka has assigned", () => {
  test("there are groups of both kinds", ({ expect }) => {
    expect(homogeneous.length).toBeGreaterThan(100);
    expect(heterogeneous.length).toBeGreaterThan(100);
  });

  test("[GRP62, GRP63] range is Kafka's, partition by partition", ({ expect }) => {
    for (const { spec, range } of groups) expect(assignBy(rangeAssignor, spec)).toEqual(range);
  });

  test("[GRP65] uniform gives as many and keeps as many as Kafka, all subscriptions the same", ({
    expect,
  }) => {
    for (const { spec, owned, uniform } of homogeneous) {
      const ours = assignBy(uniformAssignor, spec);
      const inOrder = (owners: OwnersByTopic) => loadsOf(spec, owners).toSorted((a, b) => a - b);
      expect(inOrder(ours)).toEqual(inOrder(uniform));
      expect(countKept(owned, ours)).toBe(countKept(owned, uniform));
    }
  });

  test("[GRP65] uniform is Kafka's where all partitions go the only way they can", ({ expect }) => {
    const forced = homogeneous.filter(({ spec, owned, uniform }) => {
      const loads = loadsOf(spec, uniform);
      const receivers = Object.entries(uniform).flatMap(([topic, owners]) =>
        owners.filter((owner, partition) => owned[topic]?.[partition] !== owner),
      );
      const wasFree = Object.entries(uniform).every(([topic, owners]) =>
        owners.every((owner, partition) =>
          [owner, -1, undefined].includes(owned[topic]?.[partition]),
        ),
      );
      return new Set(loads).size === 1 && new Set(receivers).size <= 1 && wasFree;
    });
    expect(forced.length).toBeGreaterThan(10);
    for (const { spec, uniform } of forced) {
      expect(assignBy(uniformAssignor, spec)).toEqual(uniform);
    }
  });

  test("[GRP65] uniform gives each as many of each topic as Kafka, subscriptions differing", ({
    expect,
  }) => {
    for (const { spec, owned, uniform } of heterogeneous) {
      const ours = assignBy(uniformAssignor, spec);
      const byTopic = (owners: OwnersByTopic) =>
        Object.entries(owners).map(([topic, list]) => loadsOf(spec, { [topic]: list }));
      expect(byTopic(ours)).toEqual(byTopic(uniform));
      expect(countKept(owned, ours)).toBeGreaterThanOrEqual(countKept(owned, uniform));
    }
  });
});
