/** What Kafka's own group coordinator answered and recorded: see GoldenConsumerGroups.java. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, test } from "vitest";

import type { Random } from "../../../src/base/clock.ts";
import type { Uuid } from "../../../src/base/uuid.ts";
import { writeUuid } from "../../../src/base/uuid.ts";
import { ConsumerGroup } from "../../../src/group/consumer/consumer-group.ts";
import { consumerHeartbeat } from "../../../src/group/consumer/heartbeat.ts";
import {
  matchTopics,
  regexesResolved,
  startRegexResolution,
} from "../../../src/group/consumer/regular-expressions.ts";
import * as requests from "../../../src/group/group-requests.ts";
import type { GroupState } from "../../../src/group/group-state.ts";
import { replay } from "../../../src/group/load-group.ts";
import { commitOffsets } from "../../../src/group/offsets/commit-offsets.ts";
import { CommittedOffsets } from "../../../src/group/offsets/committed-offsets.ts";
import { TopicsImage } from "../../../src/group/topics-image.ts";
import type { TopicImage } from "../../../src/group/topics-image.ts";
import { decodeAssignment } from "../../../src/protocol/consumer-protocol.ts";
import { TestTurn } from "../test-turn.ts";

/** Partitions by topic id, or by topic name where members of the classic protocol are told. */
type Partitions = Readonly<Record<string, readonly number[]>>;

interface Recorded {
  readonly type: string;
  readonly at: number;
  /** The records, sorted: type, key, value. */
  readonly records?: readonly unknown[];
  /** What joins and syncs are answered now, by ticket. */
  readonly answers?: Readonly<Record<string, Answered>>;
  /** Whether regular expressions are being resolved afterwards. */
  readonly resolving: boolean;
  /** Type and state of the group afterwards. */
  readonly group?: string;
  readonly [name: string]: unknown;
}

interface Answered {
  readonly error: string | null;
  readonly memberId?: string;
  readonly generationId?: number;
  readonly assigned?: Partitions;
}

interface Session {
  readonly configs: Readonly<Record<string, string>>;
  readonly events: readonly Recorded[];
}

const file = join(import.meta.dirname, "../../golden/group/consumer-groups.json");
const sessions = JSON.parse(readFileSync(file, "utf8")) as Session[];

/** Draws what Kafka drew: the ids that it gave to members. */
class RecordedRandom implements Random {
  #next: string | undefined;

  expect(memberId: string | undefined): void {
    this.#next = memberId;
  }

  fill(bytes: Uint8Array): Uint8Array {
    if (this.#next === undefined || this.#next === "") return bytes;
    const hexadecimal = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(this.#next)?.[0];
    if (hexadecimal === undefined) writeUuid(bytes, 0, this.#next);
    else bytes.set(Buffer.from(hexadecimal.replaceAll("-", ""), "hex"));
    return bytes;
  }
}

class Replayed {
  readonly state: GroupState = { groupId: "group", group: null, offsets: new CommittedOffsets() };
  readonly random = new RecordedRandom();
  readonly turn: TestTurn;
  readonly #topics = new Map<string, TopicImage>();
  #resolving: readonly string[] = [];

  /** The ids that members were given when they joined, by ticket. */
  readonly #memberIds = new Map<string, string>();

  constructor({ configs, events }: Session) {
    for (const { answers = {} } of events) {
      for (const [ticket, { memberId = "" }] of Object.entries(answers)) {
        this.#memberIds.set(ticket, memberId);
      }
    }
    this.turn = new TestTurn(configs, (record) => replay(this.state, record));
    // Its own randomness would give members other ids than Kafka's gave them.
    Object.assign(this.turn, { random: this.random });
  }

  /** Does what Kafka did then, and returns what came of it in the form of the recording. */
  replay(event: Recorded): Recorded {
    const { turn } = this;
    turn.records.length = 0;
    turn.joins.clear();
    turn.syncs.clear();
    this.#expire(event.at);
    const done = this.#make(event);
    const { group } = this.state;
    // Where Kafka resolves regular expressions now, it must be the time for it.
    if (group instanceof ConsumerGroup && event.resolving && this.#resolving.length === 0) {
      this.#resolving = startRegexResolution(group, turn);
    }
    const answers = this.#answers();
    const records = sorted(turn.records.flatMap(written));
    return {
      ...event,
      ...done,
      ...(event.records && { records: [] }),
      ...(records.length > 0 && { records }),
      ...(event.answers && { answers: {} }),
      ...(Object.keys(answers).length > 0 && { answers }),
      resolving: this.#resolving.length > 0,
      ...(event.group !== undefined && {
        group: group === null ? "" : `${group.groupType} ${group.stateName}`,
      }),
    };
  }

  #expire(now: number): void {
    for (;;) {
      const deadline = this.state.group?.nextDeadline() ?? null;
      if (deadline === null || deadline > now) break;
      this.turn.now = deadline;
      requests.expireMembers(this.state, this.turn);
    }
    this.turn.now = now;
  }

  #make(event: Recorded): Partial<Recorded> {
    const { state, turn } = this;
    const memberId = event["memberId"] as string;
    const groupInstanceId = event["instanceId"] as string | null;
    const generationId = event["generationId"] as number;
    switch (event.type) {
      case "topic":
        this.#changeTopic(event);
        return {};
      case "resolve":
        this.#resolve();
        return {};
      case "heartbeat":
        return { answer: this.#heartbeat(event) };
      case "commit":
        return { error: this.#commit(event) };
      case "join":
        this.#join(event);
        return {};
      case "sync": {
        const assignments = Object.entries(event["assignments"] as Record<string, string>).map(
          ([to, assignment]) => ({ memberId: to, assignment: bytesOf(assignment) }),
        );
        const protocol = { protocolType: "consumer", protocolName: "range" };
        const call = { memberId, groupInstanceId, generationId, ...protocol, assignments };
        requests.syncGroup(state, call, event["ticket"] as number, turn);
        return {};
      }
      case "classicHeartbeat":
        return {
          error: requests.heartbeat(state, { memberId, groupInstanceId, generationId }, turn),
        };
      case "leave": {
        const members = [{ memberId, groupInstanceId }];
        return { error: requests.leaveGroup(state, { members }, turn).members[0]?.error };
      }
      default:
        return {};
    }
  }

  #heartbeat(event: Recorded): unknown {
    const owned = event["owned"] as Partitions | undefined;
    const answer = consumerHeartbeat(
      this.state,
      {
        memberId: event["memberId"] as string,
        memberEpoch: event["memberEpoch"] as number,
        instanceId: event["instanceId"] as string | null,
        rackId: null,
        rebalanceTimeoutMs: event["rebalanceTimeoutMs"] as number,
        subscribedTopicNames: (event["topics"] as string[] | undefined) ?? null,
        subscribedTopicRegex: (event["regex"] as string | undefined) ?? null,
        serverAssignor: null,
        topicPartitions: owned
          ? Object.entries(owned).map(([topicId, partitions]) => ({ topicId, partitions }))
          : null,
        client: { clientId: event["client"] as string, clientHost: "localhost/127.0.0.1" },
      },
      this.turn,
    );
    if (answer.error !== null) return { error: answer.error, message: answer.errorMessage };
    const { memberEpoch, assignment } = answer;
    if (assignment === null) return { memberEpoch };
    return {
      memberEpoch,
      assignment: Object.fromEntries(assignment.map((topic) => [topic.topicId, topic.partitions])),
    };
  }

  #join(event: Recorded): void {
    const ticket = event["ticket"] as number;
    this.random.expect(this.#memberIds.get(String(ticket)));
    const protocols = (event["protocols"] as string[]).map((name) => ({
      name,
      metadata: bytesOf(event["metadata"] as string),
    }));
    const version = event["version"] as number;
    requests.joinGroup(
      this.state,
      {
        memberId: event["memberId"] as string,
        groupInstanceId: event["instanceId"] as string | null,
        protocolType: "consumer",
        protocols,
        sessionTimeoutMs: event["sessionTimeoutMs"] as number,
        rebalanceTimeoutMs: 30_000,
        client: { clientId: event["client"] as string, clientHost: "localhost/127.0.0.1" },
        requiresKnownMemberId: version >= 4,
        supportsSkippingAssignment: version >= 9,
      },
      ticket,
      this.turn,
    );
  }

  #commit(event: Recorded): string | null {
    const { error } = commitOffsets(
      this.state,
      {
        generationIdOrMemberEpoch: event["memberEpoch"] as number,
        memberId: event["memberId"] as string,
        groupInstanceId: null,
        retentionTimeMs: -1,
        apiVersion: event["version"] as number,
        topics: [
          {
            name: [...this.#topics.values()].find((topic) => topic.topicId === event["topicId"])!
              .name,
            topicId: event["topicId"] as Uuid,
            partitions: [
              {
                partitionIndex: event["partition"] as number,
                committedOffset: 1,
                committedLeaderEpoch: -1,
                committedMetadata: null,
              },
            ],
          },
        ],
      },
      this.turn,
    );
    return error;
  }

  #changeTopic(event: Recorded): void {
    const name = event["name"] as string;
    const topicId = event["id"] as Uuid | null;
    if (topicId === null) this.#topics.delete(name);
    else this.#topics.set(name, { name, topicId, partitionCount: event["partitions"] as number });
    this.turn.topics = new TopicsImage(this.#topics.values());
    const { group } = this.state;
    if (!(group instanceof ConsumerGroup)) return;
    // Other changes do not concern regular expressions.
    const { hasNewTopics } = group;
    group.topicsChanged();
    if (event["isNew"] !== true) group.hasNewTopics = hasNewTopics;
  }

  #resolve(): void {
    const { group } = this.state;
    if (group instanceof ConsumerGroup) group.hasNewTopics = false;
    const names = [...this.#topics.keys()];
    regexesResolved(this.state, matchTopics(this.#resolving, names), this.turn);
    this.#resolving = [];
  }

  #answers(): Record<string, Answered> {
    const { joins, syncs } = this.turn;
    const answers: Record<string, Answered> = {};
    for (const [ticket, { error, memberId, generationId }] of joins) {
      answers[ticket] = { error, memberId, generationId };
    }
    for (const [ticket, { error, assignment }] of syncs) {
      if (error !== null) {
        answers[ticket] = { error };
        continue;
      }
      answers[ticket] = { error, assigned: namedPartitions(assignment) };
    }
    return answers;
  }
}

/** Kafka writes some records twice. */
function sorted(records: readonly unknown[]): unknown[] {
  const byText = new Map(records.map((record) => [textOf(record), record]));
  return [...byText].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, record]) => record);
}

/** A record in the form of the recording. */
function written(record: TestTurn["records"][number]): unknown[] {
  if (record.type === "OffsetCommit" || record.type === "ClassicGeneration") return [];
  const { groupId: _, group: __, ...key } = record.key as Record<string, string>;
  const [name = ""] = Object.values(key);
  if (record.value === null) return [[record.type, name, null]];
  const {
    metadataHash: ___,
    version: ____,
    leader: _____,
    ...value
  } = record.value as Record<string, unknown>;
  return [[record.type, name, plain(value)]];
}

function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, "base64"));
}

function namedPartitions(assignment: Uint8Array): Partitions {
  if (assignment.length === 0) return {};
  const { assignedPartitions } = decodeAssignment(assignment);
  return Object.fromEntries(assignedPartitions.map(({ topic, partitions }) => [topic, partitions]));
}

/** Bytes as base64, and lists whose order is nobody's business in one order. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) {
    const all = value.map(plain);
    return all.every((item) => typeof item === "object") ? sorted(all) : all;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      name === "assignment" && item instanceof Uint8Array ? namedPartitions(item) : plain(item),
    ]),
  );
}

function textOf(value: unknown): string {
  return JSON.stringify(value, Object.keys(flat(value)).sort());
}

function flat(value: unknown, keys: Record<string, true> = {}): Record<string, true> {
  if (typeof value !== "object" || value === null) return keys;
  for (const [name, item] of Object.entries(value)) {
    keys[name] = true;
    flat(item, keys);
  }
  return keys;
}

describe("in sessions that Kafka has had", () => {
  test("[GRP59] every answer, every record and every state is Kafka's", ({ expect }) => {
    for (const [number, session] of sessions.entries()) {
      const replayed = new Replayed(session);
      for (const [at, event] of session.events.entries()) {
        const recorded = {
          ...event,
          ...(event.records && { records: sorted(event.records.map(plain)) }),
        };
        const got = replayed.replay(recorded);
        expect(got, `session ${number}, event ${at}`).toEqual(recorded);
      }
    }
  });
});
