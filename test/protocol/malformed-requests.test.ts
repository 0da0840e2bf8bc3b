import { describe, expect, test } from "vitest";

import { MalformedFrame } from "../../src/base/malformed-frame.ts";
import type { Api } from "../../src/protocol/api.ts";
import { decodeRequestHeader } from "../../src/protocol/frame.ts";
import { allApis, joined, written } from "./all-apis.ts";
import { goldenFile } from "./golden-file.ts";

/**
 * What a byte is turned into: a sign or a continuation bit, a small change, something else
 * entirely.
 */
const FLIPS = [0x80, 0x01, 0xff];

for (const { file, api } of allApis) {
  describe(`a valid ${api.name} request`, () => {
    const frames = goldenFile(file).request.flatMap(({ bytes }) =>
      Object.entries(bytes).map(([version, hex]) => frameOf(api, Number(version), hex)),
    );

    test("is malformed when it is cut off, wherever that is", () => {
      for (const frame of frames) {
        for (let length = 0; length < frame.length; length++) {
          expect(outcome(api, frame.slice(0, length))).toBe("malformed");
        }
      }
    });

    test("is malformed or another request when a byte is flipped, whichever it is", () => {
      for (const frame of frames) {
        expect(outcome(api, frame)).toBe("decoded");
        // The version's own bytes stay: a version that is not served is refused before this.
        for (let position = 4; position < frame.length; position++) {
          for (const flip of FLIPS) {
            const flipped = frame.slice();
            flipped[position]! ^= flip;
            expect(outcome(api, flipped)).toMatch(/^(malformed|decoded)$/);
          }
        }
      }
    });
  });
}

function frameOf(api: Api, version: number, hex: string): Uint8Array {
  const header = written((writer) => {
    writer.int16(api.key);
    writer.int16(version);
    writer.int32(1);
    writer.nullableString("client");
    if (api.requestHeaderVersion(version) === 2) writer.uvarint(0);
  });
  return joined([header, Buffer.from(hex, "hex")]);
}

/** Anything thrown but MalformedFrame fails the test. */
function outcome(api: Api, frame: Uint8Array): "malformed" | "decoded" {
  try {
    const { header, reader } = decodeRequestHeader(frame, api);
    api.decodeRequest(reader, header.apiVersion);
    return "decoded";
  } catch (error) {
    if (error instanceof MalformedFrame) return "malformed";
    throw error;
  }
}
