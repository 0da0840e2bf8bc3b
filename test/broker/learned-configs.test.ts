/** Broker configs on their way to replicas. */
import { describe, expect, test } from "vitest";

import { LearnedConfigs } from "../../src/broker/learned-configs.ts";
import type { ControllerPort } from "../../src/broker/ports.ts";
import type { ReplicaPort } from "../../src/replication/replica-calls.ts";
import type { ConfigUpdate } from "../../src/replication/replica-role.ts";

const KEY = { topicId: "t", partition: 0, nodeId: 2 };

/** A replica that notes what it is called for, in order. */
function replica(isReachable = () => true) {
  const calls: (ConfigUpdate | "logSize")[] = [];
  const port = {
    updateConfigs: async (update: ConfigUpdate) => {
      calls.push(update);
      if (!isReachable()) throw new Error("out of reach");
    },
    logSize: async () => {
      calls.push("logSize");
      return { sizeInBytes: 0 };
    },
  };
  return { calls, port: port as typeof port & ReplicaPort };
}

const configs = (version: number, bytes: string) => ({
  version,
  defaults: { "message.max.bytes": "1", "log.segment.bytes": "9" },
  byBroker: { 2: { "message.max.bytes": bytes } },
});

const told = (version: number, bytes: string) => ({
  broker: {
    brokerConfigs: { "message.max.bytes": bytes, "log.segment.bytes": "9" },
    brokerConfigVersion: version,
  },
});

describe("a gateway that was just started", () => {
  const description = (version: number) => {
    return { brokers: [], topics: [], nextPage: null, brokerConfigs: configs(version, "6") };
  };

  test("[BRK67] asks once what was set, for all who come, be it nothing", async () => {
    let calls = 0;
    const learned = new LearnedConfigs();
    const controller = learned.learningFrom({
      async describeCluster() {
        calls += 1;
        return description(0);
      },
    } as Partial<ControllerPort> as ControllerPort);
    await Promise.all([learned.known(controller), learned.known(controller)]);
    expect([calls, learned.known(controller)]).toEqual([1, undefined]);
    const told = new LearnedConfigs();
    told.learn(configs(5, "6"));
    expect(told.known(controller)).toBeUndefined();
  });

  test("[BRK67] asks again when the controller was out of reach, which keeps nobody out", async () => {
    let isReachable = false;
    const learned = new LearnedConfigs();
    const controller = learned.learningFrom({
      async describeCluster() {
        if (!isReachable) throw new Error("out of reach");
        return description(5);
      },
    } as Partial<ControllerPort> as ControllerPort);
    await learned.known(controller);
    expect(learned.of(2)).toEqual({});
    isReachable = true;
    await learned.known(controller);
    expect(learned.of(2)).toMatchObject({ "message.max.bytes": "6" });
  });
});

describe("a replica", () => {
  test("[BRK55] is told nothing where nothing was ever set", async () => {
    const { calls, port } = replica();
    await new LearnedConfigs().tell(KEY, port).logSize();
    expect(calls).toEqual(["logSize"]);
  });

  test("[BRK55] is told in front of the next call, once for each change", async () => {
    const { calls, port } = replica();
    const replicas = new LearnedConfigs();
    replicas.learn(configs(3, "7"));
    await replicas.tell(KEY, port).logSize();
    await replicas.tell(KEY, port).logSize();
    expect(calls).toEqual([told(3, "7"), "logSize", "logSize"]);
    replicas.learn(configs(4, "8"));
    // What comes late is passed over.
    replicas.learn(configs(3, "7"));
    await replicas.tell(KEY, port).logSize();
    expect(calls.slice(3)).toEqual([told(4, "8"), "logSize"]);
  });

  test("[BRK55] is told again when that broke", async () => {
    let isReachable = false;
    const { calls, port } = replica(() => isReachable);
    const replicas = new LearnedConfigs();
    replicas.learn(configs(3, "7"));
    await replicas.tell(KEY, port).logSize();
    isReachable = true;
    await replicas.tell(KEY, port).logSize();
    await replicas.tell(KEY, port).logSize();
    expect(calls).toEqual([told(3, "7"), "logSize", told(3, "7"), "logSize", "logSize"]);
  });

  test("[BRK55] is told by a gateway that has only asked where it is", async () => {
    const { calls, port } = replica();
    const replicas = new LearnedConfigs();
    const description = { brokers: [], topics: [], nextPage: null, brokerConfigs: configs(5, "6") };
    const controller = replicas.learningFrom({
      describeCluster: async () => description,
      groupsWithConfigs: async () => ["g"],
    } as Partial<ControllerPort> as ControllerPort);
    expect(await controller.describeCluster({})).toBe(description);
    expect(await controller.groupsWithConfigs()).toEqual(["g"]);
    await replicas.tell(KEY, port).logSize();
    expect(calls).toEqual([told(5, "6"), "logSize"]);
  });
});
