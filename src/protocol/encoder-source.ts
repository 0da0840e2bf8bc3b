/**
 * Writes the functions that write a message. A response says all that the broker knows, and of that
 * the encoder writes what the version has. A request means what it says: one that sets a field
 * which the version lacks, and which is not ignorable, is refused.
 */
import type { CodecSource } from "./codec-source.ts";
import { defaultLiteral, fieldOf, functionName, has } from "./message-part.ts";
import { isNullable, methodOf } from "./message-part.ts";
import type { Part } from "./message-part.ts";
import type { Field, Fields } from "./schema.ts";

/** Adds the function that writes a struct, and those for what is in it; returns its name. */
export function defineEncoder(source: CodecSource, part: Part, fields: Fields): string {
  return source.define(functionName("write", part), "writer, message", () => {
    const lines: string[] = [];
    const tagged: TaggedField[] = [];
    for (const [name, field] of Object.entries(fields)) {
      const inner = fieldOf(part, name, field);
      if (!has(part, field)) lines.push(...refuseAbsent(inner, name, field));
      else if (field.tag !== undefined) tagged.push({ name, field, tag: field.tag });
      else lines.push(...writeField(source, inner, name, field));
    }
    if (part.flexible) lines.push(...writeTags(source, part, tagged));
    return lines;
  });
}

interface TaggedField {
  readonly name: string;
  readonly field: Field;
  readonly tag: number;
}

function writeField(source: CodecSource, part: Part, name: string, field: Field): string[] {
  const write = writeStatement(source, part, field, valueOf(field, `message.${name}`));
  const mayBeNull = isEverNullable(field) && !isNullable(part, field);
  return mayBeNull ? [`if (message.${name} === null) ${refuse(part)}`, write] : [write];
}

function writeStatement(source: CodecSource, part: Part, field: Field, value: string): string {
  if (field.element !== undefined) return `${defineList(source, part, field)}(writer, ${value});`;
  if (field.fields === undefined) return `writer.${methodOf(part, field)}(${value});`;
  const write = defineEncoder(source, part, field.fields);
  if (!isNullable(part, field)) return `${write}(writer, ${value});`;
  const follows = field.tag === undefined ? "structFollows" : "taggedStructFollows";
  return `${defineNullable(source, part, write, follows)}(writer, ${value});`;
}

function defineNullable(source: CodecSource, part: Part, write: string, follows: string): string {
  return source.define(`${functionName("write", part)}_or_null`, "writer, message", () => [
    `writer.${follows}(message !== null);`,
    `if (message !== null) ${write}(writer, message);`,
  ]);
}

function defineList(source: CodecSource, part: Part, field: Field): string {
  return source.define(`${functionName("write", part)}_list`, "writer, list", () => {
    const writeCount = part.flexible ? "writer.compactArrayCount" : "writer.arrayCount";
    return [
      ...(isNullable(part, field) ? [`if (list === null) return ${writeCount}(-1);`] : []),
      `${writeCount}(list.length);`,
      "for (const element of list) {",
      `  ${writeStatement(source, part, field.element!, "element")}`,
      "}",
    ];
  });
}

function writeTags(source: CodecSource, part: Part, tagged: readonly TaggedField[]): string[] {
  if (tagged.length === 0) return ["writer.uvarint(0);"];
  const inOrder = tagged.toSorted((a, b) => a.tag - b.tag);
  const values = inOrder.flatMap(({ name, field, tag }) => [
    `const tag${tag} = message.${name};`,
    `const has${tag} = ${isSet(field, `tag${tag}`)};`,
  ]);
  const count = inOrder.map(({ tag }) => `(has${tag} ? 1 : 0)`).join(" + ");
  const writes = inOrder.flatMap(({ name, field, tag }) => [
    `if (has${tag}) {`,
    `  const mark = writer.beginTag(${tag});`,
    `  ${writeStatement(source, fieldOf(part, name, field), field, `tag${tag}`)}`,
    "  writer.endTag(mark);",
    "}",
  ]);
  return [...values, `writer.uvarint(${count});`, ...writes];
}

function refuseAbsent(part: Part, name: string, field: Field): string[] {
  if (part.message.direction === "response" || field.ignorable) return [];
  return [`if (${isSet(field, `message.${name}`)}) ${refuse(part)}`];
}

function refuse({ path, versions: { min, max } }: Part): string {
  const versions = min === max ? `version ${min}` : `versions ${min}-${max}`;
  return `refuse("${path}", "${versions}");`;
}

/** The field's value, or its default where the message may leave it out. */
function valueOf(field: Field, value: string): string {
  if (!field.optional) return value;
  const absent = defaultLiteral(field);
  if (!isEverNullable(field) || absent === "null") return `${value} ?? ${absent}`;
  return `${value} === undefined ? ${absent} : ${value}`;
}

/** Whether a value is there and is not the one that is meant when the field is left out. */
function isSet(field: Field, value: string): string {
  return `${value} !== undefined && ${differsFromDefault(field, value)}`;
}

function differsFromDefault(field: Field, value: string): string {
  if (field.default === null) return `${value} !== null`;
  if (field.kind === "array" || field.kind === "bytes") {
    return `${value}${isEverNullable(field) ? "?" : ""}.length !== 0`;
  }
  if (field.fields === undefined) return `${value} !== ${defaultLiteral(field)}`;
  const differences = Object.entries(field.fields).map(([name, inner]) =>
    differsFromDefault(inner, `(${valueOf(inner, `${value}.${name}`)})`),
  );
  if (isEverNullable(field)) differences.unshift(`${value} === null`);
  return `(${differences.join(" || ")})`;
}

function isEverNullable(field: Field): boolean {
  return field.nullable.min !== Infinity;
}
