import { describe, expect, test } from "vitest";

import { allApis, halvesOf, versionsOf } from "./all-apis.ts";
import { fromKafkaJson, goldenFile, withDefaults } from "./golden-file.ts";

for (const { file, api } of allApis) {
  describe(`golden messages of ${api.name}`, () => {
    const golden = goldenFile(file);
    const { request, response } = halvesOf(api);

    for (const [half, messages] of [
      [request, golden.request],
      [response, golden.response],
    ] as const) {
      test(`${half.name} has golden messages in every version`, () => {
        const versions = messages.flatMap(({ bytes }) => Object.keys(bytes).map(Number));
        expect(new Set(versions)).toEqual(new Set(versionsOf(api)));
      });

      for (const [index, { message, bytes }] of messages.entries()) {
        const given = fromKafkaJson(half.fields, message);
        const decoded = withDefaults(half.fields, given);
        const inVersions = `version ${Object.keys(bytes).join(", ")}`;

        test(`${half.name} ${index} is read as Kafka reads it, in ${inVersions}`, () => {
          for (const [version, hex] of Object.entries(bytes)) {
            expect(half.decode(fromHex(hex), Number(version))).toEqual(decoded);
          }
        });

        test(`${half.name} ${index} is written as Kafka writes it, in ${inVersions}`, () => {
          for (const [version, hex] of Object.entries(bytes)) {
            expect(toHex(half.encode(given, Number(version)))).toBe(hex);
            expect(toHex(half.encode(decoded, Number(version)))).toBe(hex);
          }
        });
      }
    }
  });
}

function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
