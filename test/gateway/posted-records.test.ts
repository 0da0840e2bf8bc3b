import { describe, expect, test } from "vitest";

import { postedRecords, type PostedRequest } from "../../src/gateway/posted-records.ts";

const utf8 = new TextEncoder();

describe("[A4] what is posted", () => {
  test("is one value, byte for byte, whatever its content type", () => {
    const body = Uint8Array.of(0, 255, 10, 13, 10, 1);
    for (const contentType of ["", "text/plain", "application/json", "application/x-ndjsonx"]) {
      expect(postedRecords(posted({ body, contentType })).map(({ value }) => value)).toEqual([
        body,
      ]);
    }
  });

  test("[BRK64] is no more lines than anybody should post at a time", () => {
    const contentType = "application/x-ndjson";
    const body = utf8.encode("1\n".repeat(200_000));
    expect(postedRecords(posted({ body, contentType }))).toHaveLength(200_000);
    const more = utf8.encode("1\n".repeat(200_001));
    expect(() => postedRecords(posted({ body: more, contentType }))).toThrow(
      "at most 200000 records",
    );
  });

  test("may be empty", () => {
    const [record, ...more] = postedRecords(posted({ body: new Uint8Array() }));
    expect([record?.value, record?.key, more]).toEqual([new Uint8Array(), null, []]);
  });

  test("is a value a line when it is NDJSON; ends of lines and empty lines are left out", () => {
    const body = utf8.encode('{"a":1}\r\n\n\r\n {"b":2}\nlast');
    const contentType = "Application/X-NDJSON; charset=utf-8";
    expect(values(postedRecords(posted({ body, contentType })))).toEqual([
      '{"a":1}',
      ' {"b":2}',
      "last",
    ]);
  });

  test("brings its key, timestamp and headers to every record", () => {
    const headers = new Headers({ "Kafka-Header-Trace-Id": "7", "X-Other": "no" });
    const body = utf8.encode("a\nb\n");
    const contentType = "application/x-ndjson";
    const records = postedRecords(posted({ body, contentType, headers, key: "k", timestamp: 42 }));
    expect(records).toHaveLength(2);
    for (const record of records) {
      expect(record).toMatchObject({
        key: utf8.encode("k"),
        timestamp: 42,
        headers: [{ key: "trace-id", value: utf8.encode("7") }],
      });
    }
  });

  test("has an empty key, which is not the same as none", () => {
    expect(postedRecords(posted({ key: "" }))[0]!.key).toEqual(new Uint8Array());
  });
});

function posted(given: Partial<PostedRequest>): PostedRequest {
  const body = utf8.encode("value");
  return { body, contentType: "", headers: [], key: null, timestamp: 0, ...given };
}

function values(records: ReturnType<typeof postedRecords>): string[] {
  return records.map(({ value }) => new TextDecoder().decode(value!));
}
