/**
 * How far a member has come in the partitions that it owns. It consumes nothing: it goes on from
 * where the group has committed, and commits.
 */
import { ZERO_UUID } from "../../../src/base/uuid.ts";
import { ErrorCode, type ErrorName, errorName } from "../../../src/protocol/errors.ts";
import { offsetCommit } from "../../../src/protocol/messages/08-offset-commit.ts";
import { offsetFetch } from "../../../src/protocol/messages/09-offset-fetch.ts";
import type { Commit } from "./committed-offsets.ts";
import type { CoordinatorClient } from "./coordinator-client.ts";

/** From here on topics go by their ids. */
const FIRST_TOPIC_ID_VERSION = 10;
/** From here on many groups may be asked about. */
const FIRST_MANY_GROUPS_VERSION = 8;
/** From here on a member says who it is. */
const FIRST_MEMBER_VERSION = 9;

export interface OwnedPartition {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
}

interface Position {
  readonly owned: OwnedPartition;
  /** Null until it is known. */
  next: number | null;
  committed: number;
}

/** As whom a member commits. */
export interface Committer {
  readonly name: string;
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly epoch: number;
}

export interface OffsetVersions {
  readonly commit: number;
  readonly fetch: number;
}

export class Positions {
  readonly #client: CoordinatorClient;
  readonly #versions: OffsetVersions;
  readonly #speaksConsumerProtocol: boolean;
  readonly #positions = new Map<string, Position>();

  constructor(
    client: CoordinatorClient,
    versions: OffsetVersions,
    speaksConsumerProtocol: boolean,
  ) {
    this.#client = client;
    this.#versions = versions;
    this.#speaksConsumerProtocol = speaksConsumerProtocol;
  }

  get owned(): OwnedPartition[] {
    return [...this.#positions.values()].map(({ owned }) => owned);
  }

  /** Goes on in those partitions that it has, and begins in the others. */
  own(partitions: readonly OwnedPartition[]): void {
    const before = new Map(this.#positions);
    this.#positions.clear();
    for (const owned of partitions) {
      const key = `${owned.topicId}/${owned.topic}/${owned.partition}`;
      this.#positions.set(key, before.get(key) ?? { owned, next: null, committed: -1 });
    }
  }

  /**
   * Finds out where to begin. Partitions of which that is not known are asked for the next time.
   */
  async begin(committer: Committer): Promise<void> {
    const unknown = [...this.#positions.values()].filter(({ next }) => next === null);
    if (unknown.length === 0) return;
    const { fetch } = this.#versions;
    const byTopic = Map.groupBy(unknown, ({ owned }) => owned.topic);
    const topics = [...byTopic].map(([name, positions]) => ({
      name,
      topicId: fetch >= FIRST_TOPIC_ID_VERSION ? positions[0]!.owned.topicId : ZERO_UUID,
      partitionIndexes: positions.map(({ owned }) => owned.partition),
    }));
    const { groupId } = this.#client.history.stored;
    const isMember = this.#speaksConsumerProtocol && fetch >= FIRST_MEMBER_VERSION;
    const member = isMember ? { memberId: committer.memberId, memberEpoch: committer.epoch } : {};
    const request =
      fetch >= FIRST_MANY_GROUPS_VERSION
        ? { groups: [{ groupId, ...member, topics }] }
        : { groupId, topics };
    await this.#client.ask(offsetFetch, fetch, request, (response, sent) => {
      const [group = response] = response.groups;
      if (!this.#isExpected(group.errorCode)) return;
      for (const { name, topicId, partitions } of group.topics as FetchedTopics) {
        const found = unknown.filter(({ owned }) =>
          fetch >= FIRST_TOPIC_ID_VERSION ? owned.topicId === topicId : owned.topic === name,
        );
        for (const { partitionIndex, committedOffset, errorCode } of partitions) {
          const position = found.find(({ owned }) => owned.partition === partitionIndex);
          if (!position || !this.#isExpected(errorCode)) continue;
          const told = {
            offset: committedOffset,
            topicId: fetch >= FIRST_TOPIC_ID_VERSION ? position.owned.topicId : null,
          };
          const { topic } = position.owned;
          this.#client.history.offsets.fetched(topic, partitionIndex, told, sent);
          position.next = Math.max(0, committedOffset);
          position.committed = position.next;
        }
      }
    });
  }

  /** Consumes some of some partitions. */
  advance(): void {
    const { random } = this.#client;
    for (const position of this.#positions.values()) {
      if (position.next !== null && random.chance(0.5)) position.next += random.int(1, 20);
    }
  }

  /** Commits how far it has come, and returns the errors of those that came to nothing. */
  async commit(committer: Committer): Promise<readonly ErrorName[]> {
    const { history } = this.#client;
    const { name, memberId, epoch } = committer;
    const commits = [...this.#positions.values()].flatMap((position) => {
      const { owned, next, committed } = position;
      if (next === null || next === committed) return [];
      position.committed = next;
      const by = { name, memberId, epoch };
      return [{ owned, ...history.offsets.sending({ ...by, ...owned, offset: next }) }];
    });
    if (commits.length === 0) return [];
    const errors = new Set<ErrorName>();
    const answer = await this.#client.ask(
      offsetCommit,
      this.#versions.commit,
      this.#request(committer, commits),
      (response) => {
        const results = response.topics.flatMap((topic) =>
          topic.partitions.map((result) => ({ ...topic, ...result })),
        );
        const isById = this.#versions.commit >= FIRST_TOPIC_ID_VERSION;
        for (const { name, topicId, partitionIndex, errorCode } of results) {
          const commit = commits.find(
            ({ owned, topic, partition }) =>
              partition === partitionIndex && (isById ? owned.topicId === topicId : topic === name),
          )!;
          if (errorCode === ErrorCode.NONE) history.offsets.acknowledged(commit);
          else if (!this.#isExpected(errorCode)) errors.add(errorName(errorCode));
        }
      },
    );
    if (!answer || errors.size > 0) this.#uncommitted(commits);
    return [...errors];
  }

  #request({ memberId, instanceId, epoch }: Committer, commits: readonly OwnedCommit[]) {
    const byTopic = Map.groupBy(commits, ({ topic }) => topic);
    return {
      groupId: this.#client.history.stored.groupId,
      generationIdOrMemberEpoch: epoch,
      memberId,
      groupInstanceId: this.#versions.commit >= FIRST_INSTANCE_VERSION ? instanceId : null,
      topics: [...byTopic].map(([name, ofTopic]) => ({
        name,
        topicId: ofTopic[0]!.owned.topicId,
        partitions: ofTopic.map(({ id, partition, offset }) => ({
          partitionIndex: partition,
          committedOffset: offset,
          committedMetadata: String(id),
        })),
      })),
    };
  }

  /** They are sent again with the next ones. */
  #uncommitted(commits: readonly OwnedCommit[]): void {
    for (const { owned } of commits) {
      for (const position of this.#positions.values()) {
        if (position.owned === owned) position.committed = -1;
      }
    }
  }

  /** Whether a request was served. What may keep it from being so is known. */
  #isExpected(errorCode: number): boolean {
    if (errorCode === ErrorCode.NONE) return true;
    const error = errorName(errorCode);
    if (!KNOWN_ERRORS.includes(error))
      this.#client.history.fail(`Offsets were refused with ${error}.`);
    if (LOST.includes(error)) this.#client.lost();
    return false;
  }
}

/** From here on static members say so. */
const FIRST_INSTANCE_VERSION = 7;

type OwnedCommit = Commit & { readonly owned: OwnedPartition };

type FetchedTopics = readonly {
  readonly name?: string;
  readonly topicId?: string;
  readonly partitions: readonly {
    readonly partitionIndex: number;
    readonly committedOffset: number;
    readonly errorCode: number;
  }[];
}[];

const LOST: readonly ErrorName[] = ["COORDINATOR_NOT_AVAILABLE", "NOT_COORDINATOR"];

const KNOWN_ERRORS: readonly ErrorName[] = [
  ...LOST,
  "REQUEST_TIMED_OUT",
  "UNKNOWN_TOPIC_OR_PARTITION",
  "UNKNOWN_TOPIC_ID",
  "UNKNOWN_MEMBER_ID",
  "ILLEGAL_GENERATION",
  "REBALANCE_IN_PROGRESS",
  "FENCED_INSTANCE_ID",
  "STALE_MEMBER_EPOCH",
  "GROUP_ID_NOT_FOUND",
];
