/** ApiVersions, and what becomes of requests in versions that the broker does not have. */
import { expect } from "vitest";

import { ErrorCode, errorName } from "../../src/protocol/errors.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import {
  CLIENT_SOFTWARE_PATTERN,
  apiVersions,
} from "../../src/protocol/messages/18-api-versions.ts";
import { Reader } from "../../src/protocol/reader.ts";
import { requestBody, requestFrame } from "./frames.ts";
import { servedApis, servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

const CLIENT = { clientSoftwareName: "conformance", clientSoftwareVersion: "1.0" };
const FAR_FUTURE = 99;

conformance("ApiVersions", (test) => {
  test("[K1] the response's header has no tagged fields, in any version", async ({ cluster }) => {
    const wire = await cluster.wire();
    for (const version of servedVersions(apiVersions)) {
      wire.send(apiVersions, version, CLIENT);
      const frame = new Reader(await wire.frame());
      frame.int32();
      // The error code stands right behind the correlation id, and then how many keys there are.
      expect(frame.int16()).toBe(ErrorCode.NONE);
      expect(version < 3 ? frame.int32() : frame.uvarint()).toBeGreaterThan(10);
    }
  });

  test("[K2] a version that the broker lacks is answered as version 0, with error 35 and the versions of ApiVersions alone", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    const bodyOfTheFuture = new Uint8Array(20).fill(0xee);
    wire.sendBytes(
      requestFrame(apiVersions.key, FAR_FUTURE, { headerVersion: 2, body: bodyOfTheFuture }),
    );
    const { response } = await wire.receive(apiVersions, 0);
    expect(errorName(response.errorCode)).toBe("UNSUPPORTED_VERSION");
    expect(response.apiKeys).toHaveLength(1);
    const [{ apiKey, minVersion, maxVersion }] = response.apiKeys as [(typeof response.apiKeys)[0]];
    expect({ apiKey, minVersion }).toEqual({ apiKey: apiVersions.key, minVersion: 0 });

    // The client asks again on the same connection, in a version that was named.
    const again = await wire.call(apiVersions, maxVersion, CLIENT);
    expect(errorName(again.errorCode)).toBe("NONE");
  });

  test.for(["", " ", "-kafka", "kafka_client", "kafka-", "käfka", "a b"])(
    "[K3] %j is no name for a client's software, nor for its version",
    async (text, { cluster }) => {
      expect(text).not.toMatch(CLIENT_SOFTWARE_PATTERN);
      const wire = await cluster.wire();
      for (const version of [3, 4]) {
        for (const field of ["clientSoftwareName", "clientSoftwareVersion"]) {
          const answer = await wire.call(apiVersions, version, { ...CLIENT, [field]: text });
          expect(errorName(answer.errorCode)).toBe("INVALID_REQUEST");
        }
      }
    },
  );

  test.for(["a", "7", "kafka-client.js", "A--.-1"])(
    "[K3] %j is a name for a client's software",
    async (text, { cluster }) => {
      const wire = await cluster.wire();
      const names = { clientSoftwareName: text, clientSoftwareVersion: text };
      const answer = await wire.call(apiVersions, 3, names);
      expect(errorName(answer.errorCode)).toBe("NONE");
    },
  );

  test("[K4] no feature that begins at level 0 is named below version 4", async ({ cluster }) => {
    const { supportedFeatures } = await (await cluster.wire()).call(apiVersions, 3, CLIENT);
    expect(supportedFeatures.filter(({ minVersion }) => minVersion === 0)).toEqual([]);
  });

  test("[K4] a finalized feature has one level, which is not 0", async ({ cluster }) => {
    const wire = await cluster.wire();
    for (const version of [3, 4]) {
      const answer = await wire.call(apiVersions, version, CLIENT);
      for (const { maxVersionLevel, minVersionLevel } of answer.finalizedFeatures) {
        expect(minVersionLevel).toBe(maxVersionLevel);
        expect(maxVersionLevel).toBeGreaterThan(0);
      }
    }
  });

  test("[K5] a key that there is not closes the connection", async ({ cluster }) => {
    for (const apiKey of [-1, 999]) {
      const wire = await cluster.open();
      wire.sendBytes(requestFrame(apiKey, 0));
      await wire.closed();
    }
  });

  test.for(servedApis.filter(({ api }) => api !== apiVersions))(
    "[K5, K9] $name in a version that the broker lacks closes the connection",
    async ({ api, request }, { cluster }) => {
      const newest = await cluster.open();
      newest.sendBytes(requestFrame(api.key, api.servedVersions.max + 1, { headerVersion: 2 }));
      await newest.closed();
      if (api.servedVersions.min === 0) return;
      // The body is one of the oldest version, so nothing is wrong but the number.
      const oldest = await cluster.open();
      const body = requestBody(api, api.versions.min, request(api.versions.min));
      oldest.sendBytes(requestFrame(api.key, api.servedVersions.min - 1, { body }));
      await oldest.closed();
    },
  );

  test.for(servedApis)(
    "[K9, K10] $name is answered in every version that the broker claims",
    async ({ api, request }, { cluster }) => {
      const wire = await cluster.wire();
      const { apiKeys } = await wire.call(apiVersions, 4, CLIENT);
      const { min, max } = api.advertisedVersions;
      const claimed = apiKeys.find(({ apiKey }) => apiKey === api.key);
      expect(claimed).toEqual({ apiKey: api.key, minVersion: min, maxVersion: max });
      // A response that does not decode to its last byte throws.
      for (const version of servedVersions(api)) await wire.call(api, version, request(version));
    },
  );

  test.for(servedApis.filter(({ api }) => "throttleTimeMs" in api.response))(
    "[K11] $name says in every version that nobody is throttled",
    async ({ api, request }, { cluster }) => {
      const wire = await cluster.wire();
      for (const version of servedVersions(api)) {
        const { throttleTimeMs } = await wire.call(api, version, request(version));
        expect(throttleTimeMs).toBe(0);
      }
    },
  );

  test("[K5] a body that cannot be read closes the connection", async ({ cluster }) => {
    const wire = await cluster.open();
    const topics = Uint8Array.of(0x7f, 0xff, 0xff, 0xff);
    wire.sendBytes(requestFrame(metadata.key, 1, { body: topics }));
    await wire.closed();
  });

  test("[K7] the client id may be null or empty, and tagged fields follow it all the same", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    const body = requestBody(apiVersions, 3, CLIENT);
    for (const clientId of [null, ""]) {
      wire.sendBytes(requestFrame(apiVersions.key, 3, { headerVersion: 2, clientId, body }));
      const { response } = await wire.receive(apiVersions, 3);
      expect(errorName(response.errorCode)).toBe("NONE");
    }
  });
});
