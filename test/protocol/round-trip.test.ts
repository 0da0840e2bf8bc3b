import fc from "fast-check";
import { expect, test } from "vitest";

import type { Field, Fields, ScalarKind } from "../../src/protocol/schema.ts";
import { includes } from "../../src/protocol/versions.ts";
import { allApis, halvesOf, versionsOf } from "./all-apis.ts";
import type { Message } from "./all-apis.ts";
import { withDefaults } from "./golden-file.ts";

const ROUNDS = 25;

for (const { api } of allApis) {
  for (const half of Object.values(halvesOf(api))) {
    test(`a ${half.name} says the same after it was written and read, in every version`, () => {
      for (const version of versionsOf(api)) {
        const property = fc.property(messages(half.fields, version), (message) => {
          const decoded = half.decode(half.encode(message, version), version);
          expect(decoded).toEqual(withDefaults(half.fields, message));
        });
        fc.assert(property, { numRuns: ROUNDS });
      }
    });
  }
}

/** Messages with the fields of a version; what may be left out sometimes is. */
function messages(fields: Fields, version: number): fc.Arbitrary<Message> {
  const present = Object.entries(fields).filter(([, field]) => includes(field.versions, version));
  const values = present.map(([name, field]) => [name, valuesOf(field, version)] as const);
  const requiredKeys = present.filter(([, field]) => !field.optional).map(([name]) => name);
  return fc.record(Object.fromEntries(values), { requiredKeys, noNullPrototype: true });
}

function valuesOf(field: Field, version: number): fc.Arbitrary<unknown> {
  const values = nonNullValuesOf(field, version);
  return includes(field.nullable, version) ? fc.option(values, { nil: null }) : values;
}

function nonNullValuesOf(field: Field, version: number): fc.Arbitrary<unknown> {
  if (field.element) return fc.array(valuesOf(field.element, version), { maxLength: 3 });
  if (field.fields) return messages(field.fields, version);
  return scalars[field.kind as ScalarKind];
}

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.integer({ min: 0, max: 9000 }).map((size) => new Uint8Array(size).fill(size & 0xff)),
);

const scalars: Record<ScalarKind, fc.Arbitrary<unknown>> = {
  bool: fc.boolean(),
  int8: fc.integer({ min: -(2 ** 7), max: 2 ** 7 - 1 }),
  int16: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
  int32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  int64: fc.maxSafeInteger(),
  uint16: fc.integer({ min: 0, max: 2 ** 16 - 1 }),
  uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  float64: fc.double(),
  string: fc.string({ unit: "binary", maxLength: 60 }),
  uuid: fc
    .uint8Array({ minLength: 16, maxLength: 16 })
    .map((id) => Buffer.from(id).toString("base64url")),
  bytes,
  records: bytes,
};
