/** Features, and the updates of them that are refused. */
import { describe, expect, test } from "vitest";

import { FEATURES, invalidFeatureUpdate } from "../../src/controller/features.ts";

const CONTROLLER = 7;
const [UPGRADE, SAFE_DOWNGRADE, UNSAFE_DOWNGRADE] = [1, 2, 3];

const update = (feature: string, maxVersionLevel: number, upgradeType = UPGRADE!) => ({
  feature,
  maxVersionLevel,
  upgradeType,
});

describe("an update of features", () => {
  test("[CTL27] to the levels that are in force changes nothing, whatever kind it says it is", () => {
    for (const upgradeType of [UPGRADE!, SAFE_DOWNGRADE!, UNSAFE_DOWNGRADE!]) {
      const updates = FEATURES.map(({ name, level }) => update(name, level, upgradeType));
      expect(invalidFeatureUpdate(updates, CONTROLLER)).toBeNull();
    }
    expect(invalidFeatureUpdate([], CONTROLLER)).toBeNull();
  });

  test.each([
    [update("group.version", -1), "A feature version cannot be less than 0."],
    [update("group.version", 2), "Local controller 7 only supports versions 1"],
    [update("group.version", 0, SAFE_DOWNGRADE), "Local controller 7 only supports versions 1"],
    [update("transaction.version", 2), "Local controller 7 does not support this feature."],
    [update("nonsense", 0), "Feature nonsense not found."],
    [update("group.version", 1, 0), "The controller does not support the given upgrade type."],
    [update("nonsense", 1, 9), "The controller does not support the given upgrade type."],
  ])("[CTL27] is refused as Kafka would: %j", (asked, why) => {
    const { feature, maxVersionLevel } = asked;
    expect(invalidFeatureUpdate([asked], CONTROLLER)).toEqual({
      error: "INVALID_UPDATE_VERSION",
      message:
        "The update failed for all features since the following feature had an error: " +
        `Invalid update version ${maxVersionLevel} for feature ${feature}. ${why}`,
    });
  });

  test("[CTL27] is refused as a whole, and counts as what it says last of a feature", () => {
    const [good, bad] = [update("group.version", 1), update("group.version", 2)];
    expect(invalidFeatureUpdate([good, update("nonsense", 1)], CONTROLLER)).not.toBeNull();
    expect(invalidFeatureUpdate([good, bad], CONTROLLER)).not.toBeNull();
    expect(invalidFeatureUpdate([bad, good], CONTROLLER)).toBeNull();
  });
});
