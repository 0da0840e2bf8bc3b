/** Changes of the configs of a group (KIP-848), which there may be before there is the group. */
import { invalidGroupConfigs } from "../config/group-configs.ts";
import type { BrokerConfig } from "./broker-config.ts";
import {
  changedConfigs,
  differences,
  dynamicConfigRecords,
  listsOf,
  type Refusal,
  refuse,
  type ResourceToAlter,
  tooLong,
} from "./config-changes.ts";
import { valuesOfAllBrokers } from "./dynamic-configs.ts";
import type { ClusterImage } from "./image.ts";
import type { MetadataRecord } from "./records.ts";

export function alterGroupConfigs(
  image: ClusterImage,
  asked: ResourceToAlter,
  config: BrokerConfig,
): { readonly records: MetadataRecord[] } | Refusal {
  const before = image.dynamicConfigs.of("group", asked.name);
  // None of them is a list.
  const after = changedConfigs(
    before,
    asked,
    listsOf(() => undefined),
  );
  if ("error" in after) return after;
  const long = tooLong(after.configs);
  if (long) return long;
  if (asked.name === "") {
    return refuse("INVALID_REQUEST", "Default group resources are not allowed.");
  }
  const why = invalidGroupConfigs(after.configs, valuesOfAllBrokers(image, config));
  if (why !== null) return refuse("INVALID_CONFIG", why);
  const changed = differences(before, after.configs);
  const acts = { actsByTheClock: false, isOfGroups: true };
  const owner = { resourceType: "group", resource: asked.name } as const;
  return { records: dynamicConfigRecords(owner, changed, acts) };
}
