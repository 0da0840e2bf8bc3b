import { describe, expect, test } from "vitest";

import { recordJson } from "../../src/gateway/record-json.ts";
import type { RecordFormat } from "../../src/gateway/record-parameters.ts";
import type { KafkaRecord } from "../../src/protocol/records/record.ts";

const utf8 = new TextEncoder();

describe("[A5] a record as JSON", () => {
  test("has its place, its time, its key, its value and its headers in order", () => {
    const headers = [
      { key: "b", value: utf8.encode("1") },
      { key: "a", value: null },
      { key: "b", value: utf8.encode("2") },
    ];
    expect(shown({ key: utf8.encode("k"), value: utf8.encode('"v"\n'), headers })).toEqual({
      partition: 3,
      offset: 42,
      timestamp: 1764000000000,
      key: "k",
      value: '"v"\n',
      headers: [
        { key: "b", value: "1" },
        { key: "a", value: null },
        { key: "b", value: "2" },
      ],
    });
  });

  test.for(["text", "json", "base64"] as const)("as %s keeps null apart from empty", (format) => {
    expect(shown({ key: null, value: null }, format)).toMatchObject({ key: null, value: null });
    const empty = new Uint8Array();
    expect(shown({ key: empty, value: empty }, format)).toMatchObject({ key: "", value: "" });
  });

  test("as text replaces what is no UTF-8, and keeps a byte order mark", () => {
    expect(shown({ value: Uint8Array.of(0x61, 0xff) })).toMatchObject({ value: "a\ufffd" });
    expect(shown({ value: utf8.encode("\ufeffa") })).toMatchObject({ value: "\ufeffa" });
  });

  test("as JSON shows a value that is JSON as it stands, digit for digit, and others as text", () => {
    const json = recordJson(
      record({ value: utf8.encode('{"id": 12345678901234567890}') }),
      0,
      "json",
    );
    expect(json).toContain('"value":{"id": 12345678901234567890}');
    expect(shown({ value: utf8.encode("{a}"), key: utf8.encode("1") }, "json")).toMatchObject({
      key: "1",
      value: "{a}",
    });
    // Two values that would be two members if they were not looked at.
    const injected = utf8.encode('1,"offset":0');
    expect(shown({ value: injected }, "json")).toMatchObject({ offset: 42, value: '1,"offset":0' });
  });

  test("as base64 shows every byte", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const { key, value } = shown({ key: bytes, value: bytes }, "base64");
    expect(Buffer.from(value as string, "base64")).toEqual(Buffer.from(bytes));
    expect(key).toBe(value);
  });
});

function record(given: Partial<KafkaRecord>): KafkaRecord {
  return { offset: 42, timestamp: 1764000000000, key: null, value: null, headers: [], ...given };
}

function shown(given: Partial<KafkaRecord>, format: RecordFormat = "text") {
  return JSON.parse(recordJson(record(given), 3, format)) as Record<string, unknown>;
}
