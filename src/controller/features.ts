/**
 * The features of the cluster (KIP-584): what of Kafka's protocols it speaks beyond what versions
 * of APIs tell. Each is supported in one level, which is in force from the beginning, so there is
 * nothing that UpdateFeatures could change.
 */
import type { ErrorName } from "../protocol/errors.ts";

export interface Feature {
  readonly name: string;
  readonly level: number;
}

/** By name. Whoever changes this raises the epoch: clients keep the features of the highest. */
export const FEATURES: readonly Feature[] = [
  // The group protocol of KIP-848.
  { name: "group.version", level: 1 },
  // What the controller decides and tells is what Kafka 4.3 does.
  { name: "metadata.version", level: 30 },
];

export const FEATURES_EPOCH = 1;

/** One feature of an UpdateFeatures request. */
export interface FeatureUpdate {
  readonly feature: string;
  readonly maxVersionLevel: number;
  readonly upgradeType: number;
}

/** Upgrade, safe downgrade, unsafe downgrade. */
const UPGRADE_TYPES = [1, 2, 3];

/** Why features cannot be updated so, or null where nothing is to be done. */
export function invalidFeatureUpdate(
  updates: readonly FeatureUpdate[],
  controllerId: number,
): { readonly error: ErrorName; readonly message: string } | null {
  // A feature that is named twice counts as it is named last.
  const byFeature = new Map(updates.map((update) => [update.feature, update]));
  for (const update of byFeature.values()) {
    const why = reasonAgainst(update, controllerId);
    if (why === null) continue;
    const { feature, maxVersionLevel } = update;
    const message =
      "The update failed for all features since the following feature had an error: " +
      `Invalid update version ${maxVersionLevel} for feature ${feature}. ${why}`;
    return { error: "INVALID_UPDATE_VERSION", message };
  }
  return null;
}

/** In Kafka's words and order. A feature that is not supported has level 0, and stays there. */
function reasonAgainst(
  { feature, maxVersionLevel, upgradeType }: FeatureUpdate,
  controllerId: number,
): string | null {
  if (!UPGRADE_TYPES.includes(upgradeType)) {
    return "The controller does not support the given upgrade type.";
  }
  if (maxVersionLevel < 0) return "A feature version cannot be less than 0.";
  const level = FEATURES.find(({ name }) => name === feature)?.level ?? 0;
  const controller = `Local controller ${controllerId}`;
  if (level === 0 && maxVersionLevel > 0) return `${controller} does not support this feature.`;
  if (level === 0) return `Feature ${feature} not found.`;
  return maxVersionLevel === level ? null : `${controller} only supports versions ${level}`;
}
