/** AlterConfigs: what it refuses, each resource for itself. */
import { expect } from "vitest";

import { errorName } from "../../src/protocol/errors.ts";
import { describeConfigs } from "../../src/protocol/messages/32-describe-configs.ts";
import { alterConfigs } from "../../src/protocol/messages/33-alter-configs.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

const [TOPIC, BROKER_LOGGER, NOTHING] = [2, 8, 3];

conformance("AlterConfigs", (test) => {
  test("[K19] what is refused is refused for itself, and stays as it was", async ({ cluster }) => {
    const wire = await cluster.wire();
    const { name } = await cluster.newPartition({ "flush.ms": "5" });
    const unknown = cluster.unusedName();
    const change = (resourceName: string, value: string | null = "7", resourceType = TOPIC) => {
      return { resourceType, resourceName, configs: [{ name: "flush.ms", value }] };
    };
    const refused = [
      [change(name, "x"), "INVALID_CONFIG"],
      [change(unknown), "UNKNOWN_TOPIC_OR_PARTITION"],
      [change("no name"), "INVALID_TOPIC_EXCEPTION"],
      [change(""), "INVALID_REQUEST"],
      [change("resource", "7", NOTHING), "INVALID_REQUEST"],
      [change("0", "7", BROKER_LOGGER), "INVALID_REQUEST"],
    ] as const;
    for (const version of servedVersions(alterConfigs)) {
      const resources = refused.map(([resource]) => resource);
      const { responses } = await wire.call(alterConfigs, version, {
        resources,
        validateOnly: false,
      });
      expect(responses.map(({ errorCode }) => errorName(errorCode))).toEqual(
        refused.map(([, error]) => error),
      );
      const lacking = { resources: [change(name, null)], validateOnly: false };
      const answer = await wire.call(alterConfigs, version, lacking);
      expect(answer.responses.map(({ errorCode }) => errorName(errorCode))).toEqual([
        "INVALID_REQUEST",
      ]);
    }
    const resource = { resourceType: TOPIC, resourceName: name, configurationKeys: ["flush.ms"] };
    const { results } = await wire.call(describeConfigs, 4, { resources: [resource] });
    expect(results[0]!.configs).toMatchObject([{ value: "5" }]);
  });
});
