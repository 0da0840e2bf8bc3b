/**
 * What a cluster makes up itself, under names that hold for every cluster: the id of a topic, of a
 * member, of a producer. An id is named when it is first seen, so that two clusters whose ids
 * differ have said the same if their names are the same, and a request that names an id can be sent
 * to both.
 */
import { ZERO_UUID } from "../../src/base/uuid.ts";

/** The kinds of ids. */
export type IdKind = "topic" | "member" | "producer" | "session" | "cluster" | "port" | "directory";

/** The fields that hold ids, whatever the message. */
const FIELDS: Readonly<Record<string, IdKind>> = {
  topicId: "topic",
  memberId: "member",
  leader: "member",
  producerId: "producer",
  sessionId: "session",
  clusterId: "cluster",
  port: "port",
  logDir: "directory",
};

/** Names of numbers are numbers, from these on: nothing else that is sent or said is there. */
const FIRST_NUMBER: Partial<Record<IdKind, number>> = {
  producer: 7_000_000_000_000,
  session: 1_900_000_000,
  port: 1_000_000,
};

/** Ids that say that there is none; so do all numbers below 0. */
const NO_IDS: ReadonlySet<unknown> = new Set(["", ZERO_UUID, null]);

/** The kind of id that a field holds. */
export function idKindOf(field: string): IdKind | undefined {
  return Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
}

/** The ids of one cluster, as far as one sequence has seen them. */
export class Names {
  readonly #names = new Map<unknown, unknown>();
  readonly #ids = new Map<unknown, unknown>();
  readonly #counts = new Map<IdKind, number>();

  /** The name of an id, new if nobody has seen it yet. */
  nameOf(kind: IdKind, id: unknown): unknown {
    if (isNoId(kind, id)) return id;
    const known = this.#names.get(keyOf(kind, id));
    if (known !== undefined) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const first = FIRST_NUMBER[kind];
    const name = first === undefined ? `${kind}:${count}` : first + count;
    this.#names.set(keyOf(kind, id), name);
    this.#ids.set(keyOf(kind, name), id);
    return name;
  }

  /** The name of an id that has one, or a sign that it has none. */
  peek(kind: IdKind, id: unknown): unknown {
    return isNoId(kind, id) ? id : (this.#names.get(keyOf(kind, id)) ?? `new ${kind}`);
  }

  /** The id that has this name; what is no name stays as it is. */
  idOf(kind: IdKind, name: unknown): unknown {
    return this.#ids.get(keyOf(kind, name)) ?? name;
  }
}

function isNoId(kind: IdKind, id: unknown): boolean {
  // Producer ids begin at 0, which is no session and no port.
  if (typeof id === "number") return id < 0 || (id === 0 && kind !== "producer");
  return NO_IDS.has(id);
}

function keyOf(kind: IdKind, id: unknown): string {
  return `${kind} ${String(id)}`;
}
