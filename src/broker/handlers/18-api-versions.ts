/**
 * ApiVersions: what this broker serves, derived from the table of handlers, so that what is
 * advertised is handled. A version of ApiVersions itself that is unknown never comes here: the
 * connection answers it in version 0 (KIP-511).
 */
import { FEATURES, FEATURES_EPOCH } from "../../controller/features.ts";
import type { Api } from "../../protocol/api.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { apiVersions, CLIENT_SOFTWARE_PATTERN } from "../../protocol/messages/18-api-versions.ts";
import { handler } from "../handler.ts";

/** What is supported is finalized, from the beginning. */
const FEATURE_FIELDS = {
  supportedFeatures: FEATURES.map(({ name, level }) => ({
    name,
    minVersion: level,
    maxVersion: level,
  })),
  finalizedFeaturesEpoch: FEATURES_EPOCH,
  finalizedFeatures: FEATURES.map(({ name, level }) => ({
    name,
    maxVersionLevel: level,
    minVersionLevel: level,
  })),
};

/** The first version in which clients say what they are. */
const FIRST_SOFTWARE_VERSION = 3;

/** The handler for a broker that serves these APIs besides this one. */
export function newApiVersionsHandler(others: readonly Api[]) {
  const apiKeys = [...others, apiVersions].map(advertisedKey).sort((a, b) => a.apiKey - b.apiKey);
  return handler({
    api: apiVersions,

    async handle(request, { apiVersion }) {
      const names = [request.clientSoftwareName, request.clientSoftwareVersion];
      const isNamed = names.every((name) => CLIENT_SOFTWARE_PATTERN.test(name));
      if (apiVersion >= FIRST_SOFTWARE_VERSION && !isNamed) {
        return { errorCode: ErrorCode.INVALID_REQUEST, apiKeys: [] };
      }
      return { errorCode: ErrorCode.NONE, apiKeys, ...FEATURE_FIELDS };
    },

    refuse: (_request, error) => ({ errorCode: error, apiKeys: [] }),
  });
}

/**
 * The answer in version 0 to a version of ApiVersions that this broker lacks: which ones it has.
 */
export function unsupportedApiVersions() {
  return { errorCode: ErrorCode.UNSUPPORTED_VERSION, apiKeys: [advertisedKey(apiVersions)] };
}

function advertisedKey({
  key,
  advertisedVersions: { min, max },
}: Pick<Api, "key" | "advertisedVersions">) {
  return { apiKey: key, minVersion: min, maxVersion: max };
}
