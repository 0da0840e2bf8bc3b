/** Configs of topics: described, set, taken back and replaced. */
import { describeConfigs } from "../../../src/protocol/messages/32-describe-configs.ts";
import { alterConfigs } from "../../../src/protocol/messages/33-alter-configs.ts";
import { incrementalAlterConfigs } from "../../../src/protocol/messages/44-incremental-alter-configs.ts";
import { listConfigResources } from "../../../src/protocol/messages/74-list-config-resources.ts";
import type { Draw } from "../draw.ts";
import { kind } from "../kind.ts";
import type { Memory } from "../memory.ts";
import {
  CONFIG_NAMES,
  drawConfigName,
  drawConfigValue,
  drawConfigs,
} from "./topic-config-values.ts";

const TOPIC = 2;
const GROUP = 32;
/** Configs of groups, each with values that there can be. */
const GROUP_CONFIGS: Readonly<Record<string, readonly string[]>> = {
  "consumer.heartbeat.interval.ms": ["5000", "10000", "4999", "15001", "x"],
  "consumer.session.timeout.ms": ["45000", "60000", "44999", "60001", ""],
};
const [SET, DELETE, APPEND, SUBTRACT] = [0, 1, 2, 3];
const RESOURCE_TYPES = [2, 4, 8, 16, 32];
const ODD_TYPES = [0, 1, 3, 64, 127, -1];

/** A topic's configs, or now and then those of a resource that there is not. */
function drawResource(draw: Draw, memory: Memory) {
  return {
    resourceType: draw.mostly(TOPIC, ODD_TYPES, 0.04),
    resourceName: memory.drawTopic(draw).name,
  };
}

/** One or two of them, none of them twice. */
function drawResources<Resource extends { resourceType: number; resourceName: string }>(
  draw: Draw,
  make: () => Resource,
): Resource[] {
  const resources = draw.list(1, 2, make);
  const keyOf = ({ resourceType, resourceName }: Resource) => `${resourceType} ${resourceName}`;
  const distinct = [...new Map(resources.map((each) => [keyOf(each), each])).values()];
  return draw.mostly(distinct, [[]], 0.02);
}

const describe = kind({
  api: describeConfigs,
  weight: 4,
  draw: (draw, memory) => ({
    resources: drawResources(draw, () => drawToDescribe(draw, memory)),
    includeSynonyms: draw.chance(0.4),
    includeDocumentation: false,
  }),
});

function drawToDescribe(draw: Draw, memory: Memory) {
  if (draw.chance(0.2)) {
    const resourceName = memory.drawOwnGroupId(draw);
    const configurationKeys = Object.keys(GROUP_CONFIGS);
    return { resourceType: GROUP, resourceName, configurationKeys };
  }
  return {
    ...drawResource(draw, memory),
    configurationKeys: draw.mostly<string[] | null>(
      draw.list(1, 3, () => drawConfigName(draw)),
      [null, []],
      0.4,
    ),
  };
}

const replace = kind({
  api: alterConfigs,
  weight: 2,
  draw: (draw, memory) => ({
    resources: drawResources(draw, () => ({
      ...drawResource(draw, memory),
      configs: draw.mostly(drawConfigs(draw), [[]], 0.1),
    })),
    validateOnly: draw.chance(0.15),
  }),
});

const change = kind({
  api: incrementalAlterConfigs,
  weight: 6,
  draw: (draw, memory) => ({
    resources: drawResources(draw, () => drawToChange(draw, memory)),
    validateOnly: draw.chance(0.15),
  }),
});

function drawToChange(draw: Draw, memory: Memory) {
  if (draw.chance(0.2)) {
    const name = draw.pick(Object.keys(GROUP_CONFIGS));
    const value = draw.pick(GROUP_CONFIGS[name]!);
    const configs = [{ name, configOperation: draw.pick([SET, SET, DELETE]), value }];
    return { resourceType: GROUP, resourceName: memory.drawGroupId(draw), configs };
  }
  return {
    ...drawResource(draw, memory),
    configs: draw.mostly(drawChanges(draw), [[]], 0.03),
  };
}

/** Changes of configs, at most one of which is refused. */
function drawChanges(draw: Draw) {
  const changes = draw.some(CONFIG_NAMES, 3).map((name) => ({
    name,
    configOperation: draw.pick([SET, SET, DELETE]),
    value: drawConfigValue(draw, name, 0),
  }));
  const distinct = [...new Map(changes.map((each) => [each.name, each])).values()];
  if (draw.chance(0.7)) return distinct;
  const list = {
    name: "cleanup.policy",
    value: draw.pick(["compact", "delete", "compact,delete"]),
  };
  const name = drawConfigName(draw);
  return [
    draw.pick([
      { ...list, configOperation: APPEND },
      { ...list, configOperation: SUBTRACT },
      { name, configOperation: APPEND, value: drawConfigValue(draw, name, 0) },
      { name, configOperation: SET, value: drawConfigValue(draw, name, 1) },
      { name, configOperation: SET, value: null },
      { name, configOperation: 9, value: "1" },
    ]),
  ];
}

const list = kind({
  api: listConfigResources,
  weight: 1,
  draw: (draw) => ({
    resourceTypes: draw.mostly<number[]>(
      draw.some(RESOURCE_TYPES, 2),
      [[], [draw.pick(ODD_TYPES)]],
      0.3,
    ),
  }),
});

export const configKinds = [describe, replace, change, list];
