/**
 * Configs of brokers and of groups. Other sequences run at the same time, and all of them have one
 * cluster, so what is changed is only judged; groups are a sequence's own, but some brokers hear
 * of a change sooner than others.
 */
import { brokerConfigs } from "../../../src/config/broker-configs.ts";
import { groupConfigs } from "../../../src/config/group-configs.ts";
import { describeConfigs } from "../../../src/protocol/messages/32-describe-configs.ts";
import { alterConfigs } from "../../../src/protocol/messages/33-alter-configs.ts";
import { incrementalAlterConfigs } from "../../../src/protocol/messages/44-incremental-alter-configs.ts";
import type { Draw } from "../draw.ts";
import { kind } from "../kind.ts";
import type { Memory } from "../memory.ts";

const [BROKER, GROUP] = [4, 32];
const [SET, DELETE, APPEND, SUBTRACT] = [0, 1, 2, 3];

/** Kafka judges them with other configs, though no log has tiers. */
const JUDGED_WITH_OTHERS = ["log.local.retention.bytes", "log.local.retention.ms"];

const BROKER_NAMES = brokerConfigs
  .map(({ name }) => name)
  .filter((name) => !JUDGED_WITH_OTHERS.includes(name));
const GROUP_NAMES = groupConfigs.map(({ name }) => name);

const VALUES = [
  ["", " ", "x", "0", "1", "-1", "-2", "5", " 7 ", "+5", "0x10", "5L", "1,2"],
  ["0.5", "1.0", "1e7", "12345678.9", "-1e-4", "NaN", "500", "5000", "20000", "46000"],
  ["1048576", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808"],
  ["true", "FALSE", "yes", "delete", "compact,delete", "compact,,delete", "CreateTime"],
  ["zstd", "gzip", "producer", "none", "uncompressed"],
].flat();

/** What is set for all brokers, or a group of the sequence. */
function drawResource(draw: Draw, memory: Memory) {
  return draw.chance(0.6)
    ? { resourceType: BROKER, resourceName: "", names: BROKER_NAMES }
    : { resourceType: GROUP, resourceName: memory.drawGroupId(draw), names: GROUP_NAMES };
}

const drawName = (draw: Draw, names: readonly string[]) =>
  draw.mostly(draw.pick(names), ["no.such.group.config"], names === GROUP_NAMES ? 0.05 : 0);

const describe = kind({
  api: describeConfigs,
  weight: 1,
  draw: (draw, memory) => ({
    resources: [
      {
        resourceType: GROUP,
        resourceName: memory.drawGroupId(draw),
        configurationKeys: draw.list(1, 3, () => draw.pick(GROUP_NAMES)),
      },
    ],
    includeSynonyms: draw.chance(0.5),
    includeDocumentation: false,
  }),
});

const judge = kind({
  api: incrementalAlterConfigs,
  weight: 3,
  draw: (draw, memory) => {
    const { names, ...resource } = drawResource(draw, memory);
    const change = {
      name: drawName(draw, names),
      configOperation: draw.weighted([
        { weight: 6, code: SET },
        { weight: 1, code: DELETE },
        { weight: 1, code: APPEND },
        { weight: 1, code: SUBTRACT },
      ]).code,
      value: draw.pick(VALUES),
    };
    return { resources: [{ ...resource, configs: [change] }], validateOnly: true };
  },
});

/** Of a group: what is set for all brokers has an entry that Kafka does not let go. */
const replace = kind({
  api: alterConfigs,
  weight: 1,
  draw: (draw, memory) => {
    const configs = [{ name: drawName(draw, GROUP_NAMES), value: draw.pick(VALUES) }];
    const resource = { resourceType: GROUP, resourceName: memory.drawGroupId(draw), configs };
    return { resources: [resource], validateOnly: true };
  },
});

export const brokerAndGroupConfigKinds = [describe, judge, replace];
