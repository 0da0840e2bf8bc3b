/** UpdateFeatures: changes the levels of the features that the cluster has finalized (KIP-584). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, bool, int16, int32, int8, string } from "../schema.ts";

export const updateFeatures = api({
  key: 57,
  name: "UpdateFeatures",
  versions: "0-2",
  flexible: "0+",
  request: {
    timeoutMs: int32({ default: 60000 }),
    featureUpdates: array({
      feature: string(),
      // Below 1 removes the feature.
      maxVersionLevel: int16(),
      allowDowngrade: bool({ versions: "0" }),
      // 1 may only upgrade, 2 downgrade where nothing is lost, 3 downgrade in any case.
      upgradeType: int8({ versions: "1+", default: 1 }),
    }),
    validateOnly: bool({ versions: "1+", default: false }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullable: "0+" }),
    results: array(
      { feature: string(), errorCode: int16(), errorMessage: string({ nullable: "0+" }) },
      { versions: "0-1" },
    ),
  },
});

export type UpdateFeaturesRequest = RequestOf<typeof updateFeatures>;
export type UpdateFeaturesResponse = ResponseOf<typeof updateFeatures>;
export type UpdateFeaturesResponseInput = ResponseInput<typeof updateFeatures>;
