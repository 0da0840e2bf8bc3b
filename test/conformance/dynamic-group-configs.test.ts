/** Configs of groups that are changed while the cluster runs. */
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "vitest";

import { listConfigResources } from "../../src/protocol/messages/74-list-config-resources.ts";
import {
  alter,
  APPEND,
  BROKER,
  type Change,
  DELETE,
  GROUP,
  OK,
  resource,
  SET,
  until,
} from "./configs.ts";
import { ConsumerMember } from "./consumer-member.ts";
import {
  change,
  CONFIG,
  DEFAULT,
  DEFAULT_BROKER,
  GROUP_CONFIG,
  sourcesOf,
  STATIC_BROKER,
} from "./dynamic-configs.ts";
import { Group } from "./group.ts";
import { conformanceWith } from "./suite.ts";

conformanceWith(CONFIG, "configs of groups while the cluster runs", (test) => {
  test("[K50, K70] a group's heartbeat interval is told by the next heartbeat, and a new member's first", async ({
    cluster,
  }) => {
    const { name } = await cluster.newPartition();
    const { id: groupId } = await Group.unused(cluster);
    const key = "consumer.heartbeat.interval.ms";
    await change(cluster, GROUP, groupId, [key, SET, "700"]);
    const member = new ConsumerMember(groupId, await cluster.wire());
    await until(async () => (await sourcesOf(member.wire, GROUP, groupId, key)).value, "700");
    expect(await member.join([name])).toMatchObject({ error: "NONE", heartbeatIntervalMs: 700 });
    await change(cluster, GROUP, groupId, [key, SET, "900"]);
    const interval = async () => (await member.beat()).heartbeatIntervalMs;
    await until(interval, 900);
    await alter(member.wire, [resource(GROUP, groupId, [key, DELETE, null])]);
    await until(interval, 5000);
    await member.leave();
  });

  test("[K50, K70] a member that is silent for its group's session timeout is out", async ({
    cluster,
  }) => {
    const { name } = await cluster.newPartition();
    const { id: groupId } = await Group.unused(cluster);
    await change(
      cluster,
      GROUP,
      groupId,
      ["consumer.session.timeout.ms", SET, "2000"],
      ["consumer.heartbeat.interval.ms", SET, "500"],
    );
    const wire = await cluster.wire();
    const key = "consumer.session.timeout.ms";
    await until(async () => (await sourcesOf(wire, GROUP, groupId, key)).value, "2000");
    const [silent, living] = [new ConsumerMember(groupId, wire), new ConsumerMember(groupId, wire)];
    expect((await silent.join([name])).error).toBe("NONE");
    await living.join([name]);
    // Long before the twenty seconds of other groups it has everything to itself.
    const isAlone = (member: ConsumerMember) => member.partitions.length === 1;
    await sleep(500);
    await living.beatsUntil(isAlone);
    expect((await silent.beat()).error).toBe("UNKNOWN_MEMBER_ID");
    await living.leave();
  });

  test("[K70] a group tells its own configs over those of all groups, and is listed while it has some", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    const { id: groupId } = await Group.unused(cluster);
    const interval = "consumer.assignment.interval.ms";
    const inherited = `group.${interval}`;
    await change(cluster, BROKER, "", [inherited, SET, "2000"]);
    const forAll = [
      [inherited, "2000", DEFAULT_BROKER],
      [inherited, "1000", DEFAULT],
    ];
    const sources = () => sourcesOf(wire, GROUP, groupId, interval);
    await until(sources, { value: "2000", configSource: DEFAULT_BROKER, synonyms: forAll });
    await change(cluster, GROUP, groupId, [interval, SET, "3000"]);
    const own = [[interval, "3000", GROUP_CONFIG], ...forAll];
    await until(sources, { value: "3000", configSource: GROUP_CONFIG, synonyms: own });
    const session = await sourcesOf(wire, GROUP, groupId, "consumer.session.timeout.ms");
    expect(session).toMatchObject({ value: "20000", configSource: STATIC_BROKER });
    const listed = async () => {
      const asked = { resourceTypes: [GROUP] };
      const { configResources } = await wire.call(listConfigResources, 1, asked);
      return configResources.map(({ resourceName }) => resourceName);
    };
    await until(listed, [groupId]);
    expect(await alter(wire, [resource(GROUP, groupId, [interval, DELETE, null])])).toEqual([OK]);
    await until(listed, []);
  });

  test("[K70] what makes no sense for a group is refused", async ({ cluster }) => {
    const wire = await cluster.wire();
    const { id: groupId } = await Group.unused(cluster);
    const [session, heartbeat, assignment] = [
      "session.timeout",
      "heartbeat.interval",
      "assignment.interval",
    ].map((name) => `consumer.${name}.ms`) as [string, string, string];
    const cases: [Change[], string][] = [
      [
        [[session, SET, "1999"]],
        `${session} must be greater than or equal to group.consumer.min.session.timeout.ms`,
      ],
      [
        [[session, SET, "60001"]],
        `${session} must be less than or equal to group.consumer.max.session.timeout.ms`,
      ],
      [
        [[heartbeat, SET, "499"]],
        `${heartbeat} must be greater than or equal to group.consumer.min.heartbeat.interval.ms`,
      ],
      [
        [[heartbeat, SET, "15001"]],
        `${heartbeat} must be less than or equal to group.consumer.max.heartbeat.interval.ms`,
      ],
      [
        [[assignment, SET, "15001"]],
        `${assignment} must be less than or equal to group.consumer.max.assignment.interval.ms`,
      ],
      [[[session, SET, "5000"]], `${session} must be greater than ${heartbeat}`],
      [
        [[assignment, SET, "-1"]],
        `Invalid value -1 for configuration ${assignment}: Value must be at least 0`,
      ],
      [
        [[session, SET, "x"]],
        `Invalid value x for configuration ${session}: Not a number of type INT`,
      ],
      [
        [
          [session, SET, "x"],
          ["foo", SET, "1"],
        ],
        "Unknown group config name: foo",
      ],
      [[[session, APPEND, "5"]], `Can't APPEND to key ${session} because its type is not LIST.`],
    ];
    for (const [changes, why] of cases) {
      const asked = resource(GROUP, groupId, ...changes);
      expect(await alter(wire, [asked])).toEqual([["INVALID_CONFIG", why]]);
    }
    const nobody = resource(GROUP, "", [session, SET, "30000"]);
    const why = "Default group resources are not allowed.";
    expect(await alter(wire, [nobody])).toEqual([["INVALID_REQUEST", why]]);
    const nothing = resource(GROUP, groupId, ["foo", DELETE, null]);
    expect(await alter(wire, [nothing])).toEqual([OK]);
    const validated = resource(GROUP, groupId, [session, SET, "30000"]);
    expect(await alter(wire, [validated], { validateOnly: true })).toEqual([OK]);
    expect((await sourcesOf(wire, GROUP, groupId, session)).configSource).toBe(STATIC_BROKER);
  });
});
