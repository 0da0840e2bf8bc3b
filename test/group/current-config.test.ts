/** What a group acts on, and how it comes to know. */
import { describe, expect, test } from "vitest";

import { CurrentConfig, type GroupConfigs } from "../../src/group/current-config.ts";

const INTERVAL = "consumer.heartbeat.interval.ms";

function configs(version: number, heartbeat: string, broker = {}): GroupConfigs {
  return { version, own: { [INTERVAL]: heartbeat }, broker };
}

/** A group whose controller answers `answer.configs`, or cannot be asked where that is null. */
function group(started = {}) {
  const answer = { configs: null as GroupConfigs | null, count: 0 };
  const config = new CurrentConfig(started, async () => {
    answer.count += 1;
    if (answer.configs === null) throw new Error("out of reach");
    return answer.configs;
  });
  return { answer, config };
}

describe("the configs of a group", () => {
  test("[GRP101] are its own over those of all brokers over what these were started with", () => {
    const { config } = group({ "group.consumer.session.timeout.ms": "50000" });
    expect(config.value).toMatchObject({
      consumerHeartbeatIntervalMs: 5000,
      consumerSessionTimeoutMs: 50_000,
      consumerAssignmentIntervalMs: 1000,
    });
    config.update(configs(1, "7000", { "group.consumer.assignment.interval.ms": "20" }));
    expect(config.value).toMatchObject({
      consumerHeartbeatIntervalMs: 7000,
      consumerSessionTimeoutMs: 50_000,
      consumerAssignmentIntervalMs: 20,
    });
    config.update({ version: 2, own: {}, broker: {} });
    expect(config.value.consumerHeartbeatIntervalMs).toBe(5000);
  });

  test("[GRP101] that are older than what is known are passed over", () => {
    const { config } = group();
    config.update(configs(3, "7000"));
    config.update(configs(2, "8000"));
    expect(config.value.consumerHeartbeatIntervalMs).toBe(7000);
  });

  test("[GRP101] are asked for once while there are members, and by whoever is the first", async () => {
    const { answer, config } = group();
    answer.configs = configs(1, "7000");
    await config.learn(true);
    expect(config.value.consumerHeartbeatIntervalMs).toBe(7000);
    await config.learn(true);
    expect(answer.count).toBe(1);
    answer.configs = configs(2, "8000");
    await config.learn(false);
    expect(config.value.consumerHeartbeatIntervalMs).toBe(8000);
  });

  test("[GRP101] are what is known while nobody can be asked, and are asked for again", async () => {
    const { answer, config } = group();
    await config.learn(true);
    expect(config.value.consumerHeartbeatIntervalMs).toBe(5000);
    answer.configs = configs(1, "7000");
    await config.learn(true);
    expect(config.value.consumerHeartbeatIntervalMs).toBe(7000);
  });
});
