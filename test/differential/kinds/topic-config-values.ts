/** Names and values of topic configs, most of which a topic can have. */
import type { Draw } from "../draw.ts";

/** Values that are valid, and those that are not. */
const VALUES: Readonly<Record<string, { good: readonly string[]; bad: readonly string[] }>> = {
  "cleanup.policy": {
    good: ["delete", "compact", "compact,delete", "delete"],
    bad: ["neither", "delete,"],
  },
  "compression.type": { good: ["producer"], bad: ["rar", ""] },
  "delete.retention.ms": { good: ["86400000", "0"], bad: ["-1", "1.5"] },
  "file.delete.delay.ms": { good: ["60000"], bad: ["-1"] },
  "flush.messages": { good: ["1", "9223372036854775807"], bad: ["0", "9223372036854775808"] },
  "index.interval.bytes": { good: ["0", "4096"], bad: ["-1"] },
  "max.compaction.lag.ms": { good: ["9223372036854775807"], bad: ["0"] },
  "max.message.bytes": { good: ["200", "1048588", "100"], bad: ["-1", "2147483648", " "] },
  "message.timestamp.type": { good: ["CreateTime", "LogAppendTime"], bad: ["createtime", "None"] },
  "message.timestamp.after.max.ms": { good: ["3600000", "0"], bad: ["-1"] },
  "message.timestamp.before.max.ms": { good: ["9223372036854775807", "1000000000"], bad: ["x"] },
  "min.cleanable.dirty.ratio": { good: ["0.5", "1", "0.01"], bad: ["1.1", "-0.1", "half"] },
  "min.compaction.lag.ms": { good: ["0"], bad: ["-1"] },
  "min.insync.replicas": { good: ["1", "2"], bad: ["0"] },
  preallocate: { good: ["false", "true", "FALSE"], bad: ["no"] },
  "retention.bytes": { good: ["-1", "1073741824"], bad: ["-2", "a lot"] },
  "retention.ms": { good: ["-1", "604800000"], bad: ["-2"] },
  "segment.bytes": { good: ["1048576", "1073741824"], bad: ["1", "1048575"] },
  "segment.ms": { good: ["604800000"], bad: ["0"] },
  "unclean.leader.election.enable": { good: ["false", "true"], bad: ["maybe"] },
  "remote.storage.enable": { good: ["false"], bad: ["maybe"] },
  "leader.replication.throttled.replicas": { good: ["", "*", "0:1", "0:1,1:1"], bad: ["0", "a:b"] },
};

export const CONFIG_NAMES = Object.keys(VALUES);

/** A name of a config, now and then of one that there is not. */
export function drawConfigName(draw: Draw): string {
  return draw.mostly(draw.pick(CONFIG_NAMES), ["", "no.such.config", "log.retention.ms"], 0.05);
}

/** A value for a config, valid for most. */
export function drawConfigValue(draw: Draw, name: string, odd?: number): string {
  const { good, bad } = VALUES[name] ?? { good: ["1"], bad: [] };
  return draw.mostly(draw.pick(good), bad, odd);
}

/** Configs, at most one of which is not valid: a hash map says which one Kafka tells. */
export function drawConfigs(draw: Draw, odd?: number): { name: string; value: string | null }[] {
  const good = draw.some(CONFIG_NAMES, 2);
  const configs = good.map((name) => ({ name, value: drawConfigValue(draw, name, 0) }));
  if (odd === 0 || draw.chance(0.8)) return configs;
  const name = drawConfigName(draw);
  const value = draw.mostly<string | null>(drawConfigValue(draw, name, 0.5), [null], 0.1);
  return [{ name, value }, ...configs.slice(1)];
}
