/** The configs of single groups. */
import { describe, expect, test } from "vitest";

import {
  effectiveGroupConfigs,
  groupConfigs,
  invalidGroupConfigs,
} from "../../src/config/group-configs.ts";

const HEARTBEAT = "consumer.heartbeat.interval.ms";
const SESSION = "consumer.session.timeout.ms";
const ASSIGNMENT = "consumer.assignment.interval.ms";

describe("configs of a group", () => {
  test("[CFG4] are Kafka's for the consumer protocol, with the brokers' defaults", () => {
    expect(groupConfigs.map(({ name, type, default: value }) => [name, type, value])).toEqual([
      [HEARTBEAT, "int", "5000"],
      [SESSION, "int", "45000"],
      [ASSIGNMENT, "int", "1000"],
    ]);
  });

  test.each([
    [
      { [SESSION]: "44999" },
      `${SESSION} must be greater than or equal to group.consumer.min.session.timeout.ms`,
    ],
    [
      { [SESSION]: "60001" },
      `${SESSION} must be less than or equal to group.consumer.max.session.timeout.ms`,
    ],
    [
      { [HEARTBEAT]: "4999" },
      `${HEARTBEAT} must be greater than or equal to group.consumer.min.heartbeat.interval.ms`,
    ],
    [
      { [HEARTBEAT]: "15001" },
      `${HEARTBEAT} must be less than or equal to group.consumer.max.heartbeat.interval.ms`,
    ],
    [
      { [ASSIGNMENT]: "15001" },
      `${ASSIGNMENT} must be less than or equal to group.consumer.max.assignment.interval.ms`,
    ],
    [
      { [ASSIGNMENT]: "-1" },
      `Invalid value -1 for configuration ${ASSIGNMENT}: Value must be at least 0`,
    ],
    [{ [SESSION]: "x" }, `Invalid value x for configuration ${SESSION}: Not a number of type INT`],
    [{ [SESSION]: "x", foo: "1" }, "Unknown group config name: foo"],
    [{ [SESSION]: "60000", [HEARTBEAT]: "15000", [ASSIGNMENT]: "0" }, null],
    [{}, null],
  ])("[CFG4] %j is judged as Kafka judges it", (own, why) => {
    expect(invalidGroupConfigs(own, {})).toBe(why);
  });

  test("[CFG4] are judged by the brokers' bounds and defaults", () => {
    const brokers = {
      "group.consumer.min.session.timeout.ms": "1000",
      "group.consumer.session.timeout.ms": "6000",
      "group.consumer.max.heartbeat.interval.ms": "30000",
    };
    expect(invalidGroupConfigs({ [SESSION]: "5001" }, brokers)).toBeNull();
    const why = `${SESSION} must be greater than ${HEARTBEAT}`;
    expect(invalidGroupConfigs({ [SESSION]: "5000" }, brokers)).toBe(why);
    expect(invalidGroupConfigs({ [HEARTBEAT]: "6000" }, brokers)).toBe(why);
  });

  test("[CFG4] take the brokers' places, within bounds that have become narrower", () => {
    const brokers = { "group.consumer.max.session.timeout.ms": "50000", "num.partitions": "3" };
    expect(effectiveGroupConfigs({ [SESSION]: "60000", [HEARTBEAT]: "4000" }, brokers)).toEqual({
      ...brokers,
      "group.consumer.session.timeout.ms": "50000",
      "group.consumer.heartbeat.interval.ms": "5000",
    });
    expect(effectiveGroupConfigs({}, brokers)).toEqual(brokers);
  });
});
