/**
 * UpdateFeatures: what the cluster supports is in force, in its only level, so that an update
 * either changes nothing or is refused.
 */
import { invalidFeatureUpdate } from "../../controller/features.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { updateFeatures } from "../../protocol/messages/57-update-features.ts";
import { controllerId } from "../controller-id.ts";
import { handler } from "../handler.ts";

export const updateFeaturesHandler = handler({
  api: updateFeatures,

  async handle({ featureUpdates }, { broker }) {
    const refusal = invalidFeatureUpdate(featureUpdates, await controllerId(broker));
    if (refusal) return refuse(ErrorCode[refusal.error], refusal.message);
    return {
      errorCode: ErrorCode.NONE,
      errorMessage: null,
      // Known up to version 1.
      results: featureUpdates.map(({ feature }) => ({
        feature,
        errorCode: ErrorCode.NONE,
        errorMessage: "NONE",
      })),
    };
  },

  refuse: (_request, error) => refuse(error, null),
});

function refuse(errorCode: ErrorCode, errorMessage: string | null) {
  return { errorCode, errorMessage, results: [] };
}
