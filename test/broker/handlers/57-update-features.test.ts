/** UpdateFeatures, and what ApiVersions says of features. */
import { expect, test } from "vitest";

import { newApiVersionsHandler } from "../../../src/broker/handlers/18-api-versions.ts";
import { updateFeaturesHandler } from "../../../src/broker/handlers/57-update-features.ts";
import { FEATURES } from "../../../src/controller/features.ts";
import { errorName } from "../../../src/protocol/errors.ts";
import { callHandler } from "../call-handler.ts";
import { groupCluster } from "../group-cluster.ts";

const SOFTWARE = { clientSoftwareName: "client", clientSoftwareVersion: "1" };

test("[BRK47] what is supported is finalized, and told from version 3 on", async () => {
  const { broker } = groupCluster();
  const handler = newApiVersionsHandler([]);
  for (const version of [0, 1, 2, 3, 4]) {
    const request = version < 3 ? {} : SOFTWARE;
    const answer = await callHandler(broker, handler, version, request);
    const levels = FEATURES.map(({ name, level }) => [name, level, level]);
    const { supportedFeatures, finalizedFeatures, finalizedFeaturesEpoch } = answer;
    const supported = supportedFeatures.map((each) => [
      each.name,
      each.minVersion,
      each.maxVersion,
    ]);
    const finalized = finalizedFeatures.map((each) => [
      each.name,
      each.minVersionLevel,
      each.maxVersionLevel,
    ]);
    expect(supported).toEqual(version < 3 ? [] : levels);
    expect(finalized).toEqual(version < 3 ? [] : levels);
    expect(finalizedFeaturesEpoch >= 0).toBe(version >= 3);
  }
});

test("[CTL27] UpdateFeatures names each feature up to version 1, unless it refuses all", async () => {
  const { broker } = groupCluster();
  const feature = "group.version";
  const update = async (version: number, maxVersionLevel: number) => {
    const featureUpdates = [{ feature, maxVersionLevel }];
    const request = { featureUpdates };
    const answer = await callHandler(broker, updateFeaturesHandler, version, request);
    return { ...answer, error: errorName(answer.errorCode) };
  };
  for (const version of [0, 1, 2]) {
    const results = version < 2 ? [{ feature, errorCode: 0, errorMessage: "NONE" }] : [];
    expect(await update(version, 1)).toMatchObject({ error: "NONE", results });
    expect(await update(version, 2)).toMatchObject({
      error: "INVALID_UPDATE_VERSION",
      errorMessage: expect.stringContaining("Local controller 1 only supports versions 1"),
      results: [],
    });
  }
});
