/**
 * The configs of a broker, and of a group, as DescribeConfigs tells them: those that Odradek acts
 * on. They come with the broker's start, so none can be changed while it runs.
 */
import { ConfigReader } from "../base/config-reader.ts";
import { parseBrokerConfig } from "../controller/broker-config.ts";
import { parseGroupConfig } from "../group/group-config.ts";
import type { ConfigStrings } from "../log/log-config.ts";
import { topicConfigs } from "../log/topic-configs.ts";
import { brokerConfigDocs } from "./broker-config-docs.ts";
import { type ConfigEntry, synonymValues } from "./config-entry.ts";
import { brokerDefaults } from "./topic-config-view.ts";

/** The broker configs that a group's own would take the place of, by the names of those. */
const GROUP_CONFIGS = new Map([
  ["consumer.assignment.interval.ms", "group.consumer.assignment.interval.ms"],
  ["consumer.heartbeat.interval.ms", "group.consumer.heartbeat.interval.ms"],
  ["consumer.session.timeout.ms", "group.consumer.session.timeout.ms"],
]);

/** All of a broker's, in the order of their names. */
export function brokerConfigEntries(broker: ConfigStrings): ConfigEntry[] {
  const entries = new Map<string, ConfigEntry>();
  for (const config of topicConfigs) {
    const synonyms = brokerDefaults(config);
    for (const [index, { name, default: fallback }] of synonyms.entries()) {
      entries.set(name, {
        name,
        value: broker[name] ?? fallback,
        type: config.synonyms[index]!.times === undefined ? config.type : "int",
        readOnly: true,
        synonyms: synonymValues(synonyms.slice(index), broker),
        doc: `The default of topics' ${config.name}. ${config.doc}`,
      });
    }
  }
  for (const entry of readEntries(broker)) entries.set(entry.name, entry);
  return [...entries.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** A group's: none can be set for one group, so they are those of its broker. */
export function groupConfigEntries(broker: ConfigStrings): ConfigEntry[] {
  const byName = new Map(readEntries(broker).map((entry) => [entry.name, entry]));
  return [...GROUP_CONFIGS].map(([name, synonym]) => ({ ...byName.get(synonym)!, name }));
}

/** Those that the broker and its groups read for themselves. */
function readEntries(broker: ConfigStrings): ConfigEntry[] {
  const read = new ConfigReader(broker);
  parseBrokerConfig(broker, read);
  parseGroupConfig(broker, read);
  return read.known.map((known) => ({
    name: known.name,
    value: broker[known.name] ?? known.default,
    type: known.type,
    readOnly: true,
    synonyms: synonymValues([known], broker),
    doc: brokerConfigDocs[known.name] ?? "",
  }));
}
