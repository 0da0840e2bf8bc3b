/** Broker configs, held against what Apache Kafka 4.3.1 says of its own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { brokerConfigs, effectiveBrokerConfigs } from "../../src/config/broker-configs.ts";
import { ConfigReader, invalidBrokerConfig } from "../../src/config/config-reader.ts";
import { invalidGroupDefaults } from "../../src/config/group-configs.ts";

interface GoldenConfigs {
  readonly configs: readonly { readonly name: string }[];
  readonly refusals: readonly { name: string; value: string; message: string | null }[];
}

const golden = join(import.meta.dirname, "../golden/config/broker-configs.json");
const kafka = JSON.parse(readFileSync(golden, "utf8")) as GoldenConfigs;

const OTHERWISE: Readonly<Record<string, object>> = {
  // A replica's storage is not lost with a broker here.
  "offsets.topic.replication.factor": { default: "1" },
  // What comes before a config's own name is never told.
  "log.flush.scheduler.interval.ms": {
    synonyms: ["log.flush.interval.ms", "log.flush.scheduler.interval.ms"],
  },
};

describe("broker configs", () => {
  test("[CFG1] have Kafka's names, types, defaults, update modes and synonyms", () => {
    const ours = brokerConfigs.map(({ name, type, default: value, updateMode, synonyms }) => ({
      name,
      type,
      default: value,
      updateMode,
      synonyms,
    }));
    expect(ours).toEqual(kafka.configs.map((config) => ({ ...config, ...OTHERWISE[config.name] })));
  });

  test("[CFG1] are documented, and valid as they are", () => {
    for (const { name, default: value, doc } of brokerConfigs) {
      expect(doc).toMatch(/^[A-Z].*\.$/);
      if (value !== null) expect(invalidBrokerConfig(name, value)).toBeNull();
    }
    expect(invalidGroupDefaults({})).toBeNull();
  });

  test.each(kafka.refusals)("[CFG2] $name=$value is judged as Kafka judges it", (refusal) => {
    const { name, value, message } = refusal;
    expect(invalidBrokerConfig(name, value) ?? invalidGroupDefaults({ [name]: value })).toBe(
      message,
    );
  });

  test("[CFG2] that mean nothing here are passed over", () => {
    expect(invalidBrokerConfig("num.io.threads", "many")).toBeNull();
  });

  test("[CFG2] are read by their definitions, or not at all", () => {
    const read = new ConfigReader({ "num.partitions": " 7 ", "log.preallocate": "TRUE" });
    expect(read.number("num.partitions")).toBe(7);
    expect(read.boolean("log.preallocate")).toBe(true);
    expect(read.list("group.consumer.assignors")).toEqual(["uniform", "range"]);
    const wrong = new ConfigReader({ "num.partitions": "0" });
    const why = "Invalid value 0 for configuration num.partitions: Value must be at least 1";
    expect(() => wrong.number("num.partitions")).toThrow(why);
  });

  test("[CFG3] count by their layers", () => {
    const layers = [{ a: "1" }, { a: "2", b: "3" }, { b: "4", c: "5" }];
    expect(effectiveBrokerConfigs(...layers)).toEqual({ a: "1", b: "3", c: "5" });
  });
});
