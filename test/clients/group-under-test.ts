/** A group as a test sees it: who is in it, what has happened, and what the broker says of it. */
import type { Admin } from "kafkajs";

import type { Offsets } from "./group-history.ts";
import { GroupHistory } from "./group-history.ts";
import type { MemberKind } from "./group-kinds.ts";
import type { GroupMember, MemberProgram, Membership } from "./group-member.ts";
import { GroupMembers } from "./group-member.ts";
import { until } from "./until.ts";
import { newKafkajs } from "./writers.ts";

/** What kafkajs leaves to whoever asks for committed offsets too early, in its own words. */
const COORDINATOR_IS_COMING = [
  "COORDINATOR_LOAD_IN_PROGRESS",
  "GROUP_LOAD_IN_PROGRESS",
  "GROUP_COORDINATOR_NOT_AVAILABLE",
  "NOT_COORDINATOR_FOR_GROUP",
];

export class GroupUnderTest {
  readonly history = new GroupHistory();
  readonly members = new GroupMembers(this.history);
  readonly #membership: Membership;
  /** One of its own: kafkajs mixes up the topics of those who ask it at the same time. */
  readonly #admin: Admin;
  readonly #connected: Promise<void>;
  #started = 0;

  /** A group whose members all begin with the same membership. */
  constructor(membership: Membership) {
    this.#membership = membership;
    this.#admin = newKafkajs(membership.bootstrap).admin();
    this.#connected = this.#admin.connect();
  }

  get id(): string {
    return this.#membership.groupId;
  }

  /** Starts a member of a kind. */
  async start(kind: MemberKind, more: Partial<Membership> = {}): Promise<GroupMember> {
    return this.run(kind.name, await kind.program(this.membership(more)));
  }

  /** Starts a member as a program; its name tells it from others of its kind. */
  run(name: string, program: MemberProgram): GroupMember {
    return this.members.start(`${name} ${++this.#started}`, program);
  }

  /** The membership that its members begin with, and more. */
  membership<More extends object>(more: More): Membership & More {
    return { ...this.#membership, ...more };
  }

  /** Waits until these members, and nobody else, share so many partitions evenly. */
  async isSharedBy(partitions: number, ...members: GroupMember[]): Promise<void> {
    const least = Math.floor(partitions / members.length);
    const isShared = () => {
      const shares = members.map((member) => member.owned().length);
      const sum = shares.reduce((total, share) => total + share, 0);
      return sum === partitions && Math.min(...shares) >= least;
    };
    await this.becomes("it is shared by all of its members", isShared);
  }

  /** Waits until every record below these offsets has been handled. */
  async hasHandled(ends: Offsets): Promise<void> {
    const missing = () => this.history.unhandled(ends).join("\n");
    await this.becomes(
      () => `it has handled everything; but ${missing()}`,
      () => missing() === "",
    );
  }

  /** Waits until every record below these offsets has been committed. */
  async hasCommitted(ends: Offsets): Promise<void> {
    await this.becomes("it commits what it handles", async () => {
      const committed = await this.committed();
      return Object.entries(ends).every(([partition, end]) => (committed[partition] ?? 0) >= end);
    });
  }

  /** Waits for something that its members do; else throws what they said. */
  async becomes(
    what: string | (() => string),
    isSo: () => boolean | Promise<boolean>,
  ): Promise<void> {
    const wanted = () => (typeof what === "string" ? what : what());
    await until(() => `of group ${this.id}: ${wanted()}\n${this.members.describe()}`, isSo);
  }

  /** The end of each partition of its topics. */
  async ends(): Promise<Offsets> {
    await this.#connected;
    const ends: Record<string, number> = {};
    for (const topic of this.#membership.topics) {
      // kafkajs throws a TypeError while it looks for the topic's leaders.
      const fetched = () => this.#admin.fetchTopicOffsets(topic).catch(() => null);
      const found = (await until(`${topic} has leaders`, fetched))!;
      for (const { partition, high } of found) {
        ends[`${topic}-${partition}`] = Number(high);
      }
    }
    return ends;
  }

  /** The offsets that it has committed, once its coordinator is there. */
  async committed(): Promise<Offsets> {
    await this.#connected;
    const { groupId, topics } = this.#membership;
    const fetched = () =>
      this.#admin
        .fetchOffsets({ groupId, topics: [...topics] })
        .catch((error: { type?: string }) => {
          if (COORDINATOR_IS_COMING.includes(error.type ?? "")) return null;
          throw error;
        });
    const answers = (await until(`${groupId} has a coordinator`, fetched))!;
    return Object.fromEntries(
      answers.flatMap(({ topic, partitions }) =>
        partitions
          .filter(({ offset }) => offset !== "-1")
          .map(({ partition, offset }) => [`${topic}-${partition}`, Number(offset)]),
      ),
    );
  }

  /** Kills whoever is left of its members. */
  async close(): Promise<void> {
    await this.members.close();
    await this.#connected;
    await this.#admin.disconnect();
  }
}
