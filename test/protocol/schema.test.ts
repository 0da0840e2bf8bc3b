import { expect, test } from "vitest";

import { allApis, halvesOf, versionsOf } from "./all-apis.ts";
import { describeFields, describeKafkaFields, range } from "./field-descriptions.ts";
import { kafkaMessages, kafkaMessagesMissing } from "./kafka-message-json.ts";

const missing = kafkaMessagesMissing();

for (const { api } of allApis) {
  test(`${api.name} is what Kafka's message JSON says, field by field`, ({ skip }) => {
    if (missing !== null) return skip(missing);
    const messages = kafkaMessages();
    for (const half of Object.values(halvesOf(api))) {
      const kafka = messages.get(half.name)!;
      expect(kafka.apiKey).toBe(api.key);
      expect(range(kafka.validVersions)).toEqual(api.versions);
      expect(range(kafka.flexibleVersions)).toEqual(api.flexible);
      const ours = describeFields(half.fields, versionsOf(api));
      expect(ours).toEqual(describeKafkaFields(kafka.fields, kafka, versionsOf(api)));
    }
    const isUnstable = messages.get(`${api.name}Request`)!.latestVersionUnstable ?? false;
    expect(api.servedVersions.max).toBe(api.versions.max - (isUnstable ? 1 : 0));
  });
}
