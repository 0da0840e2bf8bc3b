/**
 * ApiVersions: what the broker can do, asked before anything else is known. So its response has the
 * oldest header in every version, and a version that the broker lacks is answered in version 0.
 */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, bool, int16, int32, int64, string } from "../schema.ts";

export const apiVersions = api({
  key: 18,
  name: "ApiVersions",
  versions: "0-4",
  flexible: "3+",
  responseHeader: 0,
  request: {
    clientSoftwareName: string({ versions: "3+", ignorable: true }),
    clientSoftwareVersion: string({ versions: "3+", ignorable: true }),
  },
  response: {
    errorCode: int16(),
    apiKeys: array({ apiKey: int16(), minVersion: int16(), maxVersion: int16() }),
    throttleTimeMs: int32({ versions: "1+" }),
    supportedFeatures: array(
      { name: string(), minVersion: int16(), maxVersion: int16() },
      { versions: "3+", tag: 0 },
    ),
    finalizedFeaturesEpoch: int64({ versions: "3+", tag: 1, default: -1 }),
    finalizedFeatures: array(
      { name: string(), maxVersionLevel: int16(), minVersionLevel: int16() },
      { versions: "3+", tag: 2 },
    ),
    zkMigrationReady: bool({ versions: "3+", tag: 3, default: false }),
  },
});

/**
 * What a client may call itself and its version from version 3 on; all else is INVALID_REQUEST
 * (KIP-511).
 */
export const CLIENT_SOFTWARE_PATTERN = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

export type ApiVersionsRequest = RequestOf<typeof apiVersions>;
export type ApiVersionsResponse = ResponseOf<typeof apiVersions>;
export type ApiVersionsResponseInput = ResponseInput<typeof apiVersions>;
