/**
 * Writes the functions that read a message. A decoded struct always has all of its fields, in one
 * order, whatever the version: handlers need not ask for versions, and V8 sees one shape.
 */
import type { CodecSource } from "./codec-source.ts";
import { defaultLiteral, fieldOf, functionName, has } from "./message-part.ts";
import { isNullable, methodName, methodOf } from "./message-part.ts";
import type { Part } from "./message-part.ts";
import type { Field, Fields, Kind } from "./schema.ts";

/** Adds the function that reads a struct, and those for what is in it; returns its name. */
export function defineDecoder(source: CodecSource, part: Part, fields: Fields): string {
  return source.define(functionName("read", part), "reader", () => {
    const properties: string[] = [];
    const tagged: string[] = [];
    for (const [name, field] of Object.entries(fields)) {
      let value = defaultLiteral(field);
      if (has(part, field)) {
        const read = readExpression(source, fieldOf(part, name, field), field);
        if (field.tag === undefined) value = read;
        else tagged.push(`case ${field.tag}: message.${name} = ${read}; break;`);
      }
      properties.push(`  ${name}: ${value},`);
    }
    const tags = part.flexible ? readTags(tagged) : [];
    return ["const message = {", ...properties, "};", ...tags, "return message;"];
  });
}

function readTags(cases: readonly string[]): string[] {
  if (cases.length === 0) return ["reader.skipTags();"];
  return [
    "for (let count = reader.tagCount(); count > 0; count--) {",
    "  switch (reader.tag()) {",
    ...cases.map((line) => `    ${line}`),
    "    default: reader.skipTag();",
    "  }",
    "}",
  ];
}

function readExpression(source: CodecSource, part: Part, field: Field): string {
  if (field.element !== undefined) return `${defineList(source, part, field)}(reader)`;
  const nullable = isNullable(part, field);
  if (field.fields !== undefined) {
    const read = `${defineDecoder(source, part, field.fields)}(reader)`;
    if (!nullable) return read;
    const follows = field.tag === undefined ? "structFollows" : "taggedStructFollows";
    return `reader.${follows}() ? ${read} : null`;
  }
  const refusesNull = FIXED_BYTES[field.kind] === undefined && !nullable;
  return `reader.${methodOf(part, field)}(${refusesNull ? `"${part.path}"` : ""})`;
}

function defineList(source: CodecSource, part: Part, field: Field): string {
  return source.define(`${functionName("read", part)}_list`, "reader", () => {
    const element = field.element!;
    const leastSize = Math.max(1, leastBytes(part, element));
    const nullable = isNullable(part, field);
    const size = nullable ? `${leastSize}` : `${leastSize}, "${part.path}"`;
    return [
      `const count = reader.${methodName(part, field, "ArrayCount")}(${size});`,
      ...(nullable ? ["if (count < 0) return null;"] : []),
      "const list = [];",
      "for (let index = 0; index < count; index++) {",
      `  list.push(${readExpression(source, part, element)});`,
      "}",
      "return list;",
    ];
  });
}

const FIXED_BYTES: Partial<Record<Kind, number>> = {
  bool: 1,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint16: 2,
  uint32: 4,
  float64: 8,
  uuid: 16,
};

/** The fewest bytes that a value can have: what an array's count is held against. */
function leastBytes(part: Part, field: Field): number {
  const fixed = FIXED_BYTES[field.kind];
  if (fixed !== undefined) return fixed;
  if (field.fields !== undefined) {
    if (isNullable(part, field)) return 1;
    let size = part.flexible ? 1 : 0;
    for (const inner of Object.values(field.fields)) {
      if (has(part, inner) && inner.tag === undefined) size += leastBytes(part, inner);
    }
    return size;
  }
  if (part.flexible) return 1;
  return field.kind === "string" ? 2 : 4;
}
