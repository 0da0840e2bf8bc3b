/**
 * What a member that is a program of ours reports, and how it handles records: it says so, and
 * commits when the test wants it to. The test may also have it die in between.
 */
import type { MemberEvent, TopicPartition } from "./group-history.ts";
import type { Membership } from "./group-member.ts";

/** When a member commits. Offsets are those of the record to handle next, as Kafka has it. */
export type CommitPolicy =
  /** What has been handled, several times a second. */
  | "from time to time"
  | "never"
  /** Synchronously, with every so manieth record: those that it has handled, or is to handle. */
  | { readonly when: "after" | "before"; readonly every: number };

/** What only a program of one's own can decide. */
export interface NodeMembership extends Membership {
  readonly client: "kafkajs" | "platformatic" | "platformatic, consumer protocol";
  readonly commit?: CommitPolicy;
  /** It kills itself once it has handled this offset of any partition, and maybe committed it. */
  readonly diesAt?: { readonly offset: number; readonly once: "handled" | "committed" };
}

/** Commits one offset, and is done when the broker has answered. */
export type CommitOffset = (topic: string, partition: number, offset: number) => Promise<void>;

/** Tells the test, on a line of its own. */
export function report(event: MemberEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** What a member owns; it reports the differences alone. */
export class Ownership {
  #owned = new Set<TopicPartition>();

  becomes(partitions: readonly TopicPartition[]): void {
    const next = new Set(partitions);
    const lost = [...this.#owned].filter((partition) => !next.has(partition));
    const won = partitions.filter((partition) => !this.#owned.has(partition));
    this.#owned = next;
    if (lost.length > 0) report({ kind: "revoked", partitions: lost });
    report({ kind: "assigned", partitions: won });
  }

  ends(): void {
    const lost = [...this.#owned];
    this.#owned.clear();
    if (lost.length > 0) report({ kind: "revoked", partitions: lost });
  }
}

/** Handles records, each of which it reports. */
export class RecordHandler {
  readonly #membership: NodeMembership;
  readonly #commitOffset: CommitOffset;

  constructor(membership: NodeMembership, commitOffset: CommitOffset) {
    this.#membership = membership;
    this.#commitOffset = commitOffset;
  }

  async handle(topic: string, partition: number, offset: number): Promise<void> {
    const { commit = "from time to time" } = this.#membership;
    const next = offset + 1;
    const commitUpTo = async (position: number) => {
      await this.#commitOffset(topic, partition, position);
      report({ kind: "committed", partition: `${topic}-${partition}`, offset: position });
    };
    if (typeof commit === "object" && commit.when === "before" && offset % commit.every === 0) {
      await commitUpTo(offset + commit.every);
    }
    report({ kind: "handled", partition: `${topic}-${partition}`, first: offset, last: offset });
    this.#mayDie(offset, "handled");
    if (typeof commit === "object" && commit.when === "after" && next % commit.every === 0) {
      await commitUpTo(next);
      this.#mayDie(offset, "committed");
    }
  }

  #mayDie(offset: number, once: "handled" | "committed"): void {
    const { diesAt } = this.#membership;
    if (diesAt?.offset === offset && diesAt.once === once) process.kill(process.pid, "SIGKILL");
  }
}

/** Leaves the group and ends, once the test asks for it. */
export function onSigterm(leave: () => Promise<void>): void {
  process.once("SIGTERM", () => {
    void leave().then(
      () => process.exit(0),
      (error: unknown) => {
        report({ kind: "failed", reason: String(error) });
        process.exit(1);
      },
    );
  });
}
