/** Clients that do anything at any time, and what holds of a classic group all the same. */
import { describe, expect, test } from "vitest";

import { ClassicGroup } from "../../../src/group/classic/classic-group.ts";
import type { ClassicMember } from "../../../src/group/classic/classic-member.ts";
import type { ClassicProtocol } from "../../../src/group/group-calls.ts";
import type { Ticket } from "../../../src/group/turn.ts";
import { SeededRandom } from "../../simulation/seeded-random.ts";
import { GroupUnderTest, protocol } from "./group-under-test.ts";
import type { JoinOptions } from "./group-under-test.ts";

const SEEDS = 100;
const STEPS = 250;
const CLIENTS = 6;

/** Longer than everything that a group waits for, one after the other. */
const LONG_MS = 3_600_000;

const PROTOCOLS = [protocol("range", "a"), protocol("sticky", "b"), protocol("range", "c")];

/** One client: what it was told last, and how it joins. */
interface WalkingClient {
  readonly groupInstanceId: string | null;
  readonly options: JoinOptions;
  memberId: string;
  generationId: number;
  protocols: readonly ClassicProtocol[];
}

class Walk {
  readonly it: GroupUnderTest;
  readonly #random: SeededRandom;
  readonly #clients: WalkingClient[];
  /** Requests that wait, and who sent them. */
  readonly #waitingJoins = new Map<Ticket, WalkingClient>();
  readonly #waitingSyncs = new Set<Ticket>();
  #lastGenerationId = 0;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    const maxSize = this.#random.chance(0.2) ? "4" : "100";
    this.it = new GroupUnderTest({ "group.max.size": maxSize }, seed);
    this.#clients = Array.from({ length: CLIENTS }, (_, index) => this.#client(index));
  }

  #client(index: number): WalkingClient {
    return {
      groupInstanceId: index < 2 ? `instance ${index}` : null,
      options: {
        clientId: `client ${index}`,
        requiresKnownMemberId: this.#random.chance(0.5),
        supportsSkippingAssignment: this.#random.chance(0.5),
        sessionTimeoutMs: this.#random.int(6000, 30_000),
        rebalanceTimeoutMs: this.#random.pick([0, 1000, 20_000, 60_000]),
      },
      memberId: "",
      generationId: -1,
      protocols: [PROTOCOLS[0]!],
    };
  }

  step(): void {
    const client = this.#random.pick(this.#clients);
    const dice = this.#random.next();
    if (dice < 0.35) this.#join(client);
    else if (dice < 0.55) this.#sync(client);
    else if (dice < 0.7) this.#heartbeat(client);
    else if (dice < 0.75) this.#leave(client);
    else if (dice < 0.8) this.it.commit(client.memberId, client.generationId);
    else if (dice < 0.98) this.it.pass(this.#random.pick([0, 10, 1000, 3000, 10_000]));
    else this.#restart();
    this.#hear();
  }

  #join(client: WalkingClient): void {
    if (this.#random.chance(0.2)) client.memberId = "";
    if (this.#random.chance(0.2)) {
      client.protocols = [this.#random.pick(PROTOCOLS), this.#random.pick(PROTOCOLS)];
    }
    const { groupInstanceId, memberId, protocols } = client;
    const ticket = this.it.join(memberId, { ...client.options, groupInstanceId, protocols });
    this.#waitingJoins.set(ticket, client);
  }

  #sync(client: WalkingClient): void {
    const { memberId, groupInstanceId, generationId } = client;
    const assignments = Object.fromEntries(this.it.memberIds.map((id) => [id, `${generationId}`]));
    const options = { groupInstanceId, generationId };
    this.#waitingSyncs.add(this.it.sync(memberId, assignments, options));
  }

  #heartbeat(client: WalkingClient): void {
    const error = this.it.heartbeat(client.memberId, client.generationId);
    if (error === "UNKNOWN_MEMBER_ID") client.memberId = "";
  }

  #leave(client: WalkingClient): void {
    const byInstance = client.groupInstanceId !== null && this.#random.chance(0.5);
    this.it.leave(byInstance ? `@${client.groupInstanceId}` : client.memberId);
  }

  #restart(): void {
    this.it.restart();
    // Connections to the coordinator are gone, and with them whatever waited.
    this.#waitingJoins.clear();
    this.#waitingSyncs.clear();
    this.#lastGenerationId = this.it.group.generationId;
  }

  #hear(): void {
    for (const [ticket, client] of this.#waitingJoins) {
      const answer = this.it.joined(ticket);
      if (answer === undefined) continue;
      this.#waitingJoins.delete(ticket);
      if (answer.error === "FENCED_INSTANCE_ID") continue;
      client.memberId = answer.memberId;
      client.generationId = answer.generationId;
    }
    for (const ticket of this.#waitingSyncs) {
      if (this.it.synced(ticket) !== undefined) this.#waitingSyncs.delete(ticket);
    }
  }

  check(): void {
    const { group, begunGenerations } = this.it;
    holds(group.generationId >= this.#lastGenerationId, "generations go up");
    this.#lastGenerationId = group.generationId;
    const [last, before = 0] = begunGenerations.toReversed();
    holds(last === undefined || last > before, "no generation begins twice");

    const members = [...group.members.values()];
    checkMembership(group, members);
    checkState(group, members);
    const joins = members.flatMap((member) => member.joinTicket ?? []);
    const syncs = members.flatMap((member) => member.syncTicket ?? []);
    holds(joins.length === this.#waitingJoins.size, "joins wait with members, or are answered");
    holds(syncs.length === this.#waitingSyncs.size, "syncs wait with members, or are answered");
    holds(
      joins.every((ticket) => this.#waitingJoins.has(ticket)) &&
        syncs.every((ticket) => this.#waitingSyncs.has(ticket)),
      "nothing that waits was answered",
    );
  }

  /** Nobody does anything any more. */
  end(): void {
    this.it.pass(LONG_MS);
    this.#hear();
    this.check();
    expect(this.#waitingJoins.size + this.#waitingSyncs.size).toBe(0);
    expect(this.it.group.state).toBe("Empty");
    expect(this.it.group.nextDeadline()).toBeNull();
  }
}

function holds(condition: boolean, claim: string): void {
  if (!condition) expect.fail(`It does not hold that ${claim}.`);
}

function checkMembership({ membership }: ClassicGroup, members: readonly ClassicMember[]): void {
  const { leaderId, pendingJoins } = membership;
  if (leaderId === null) holds(members.length === 0, "only an empty group has no leader");
  else holds(membership.members.has(leaderId), "the leader is a member");
  for (const id of pendingJoins.keys()) {
    holds(!membership.members.has(id), "who has joined is not expected to join");
  }
  const awaitingJoin = members.filter((member) => member.isAwaitingJoin).length;
  holds(membership.awaitingJoin === awaitingJoin, "who awaits the join is counted");
  for (const member of members) {
    holds(
      !member.isStatic || membership.holderOf(member.groupInstanceId) === member,
      "an instance id leads to its member",
    );
    holds(!member.isAwaitingJoin || member.syncTicket === null, "a member waits for one thing");
    holds(
      member.sessionDeadline !== null || member.isExcusedFromHeartbeats,
      "a member is answered, or its session ends",
    );
  }
  const names = members.map(({ protocols }) => new Set(protocols.map(({ name }) => name)));
  const shared = names.reduce((some, others) => some.intersection(others), names[0] ?? new Set());
  holds(members.length === 0 || shared.size > 0, "all members support one protocol");
}

function checkState(group: ClassicGroup, members: readonly ClassicMember[]): void {
  const { state, protocolName } = group;
  const isPreparing = state === "PreparingRebalance";
  const hasGeneration = state === "CompletingRebalance" || state === "Stable";
  holds((group.joinDeadline !== null) === isPreparing, "exactly a join phase ends");
  holds(hasGeneration || group.syncDeadline === null, "only in a generation are syncs awaited");
  holds(
    isPreparing || !members.some((member) => member.isAwaitingJoin),
    "joins wait in the join phase alone",
  );
  holds(
    state === "CompletingRebalance" || !members.some((member) => member.syncTicket !== null),
    "syncs wait for the leader's alone",
  );
  holds(state !== "Empty" || members.length === 0, "an empty group has no members");
  if (!hasGeneration) return;
  holds(members.length > 0, "a generation has members");
  holds(
    protocolName !== null && members.every((member) => member.metadata(protocolName) !== undefined),
    "all members support the protocol that was chosen",
  );
}

/** What a restart would make of the group is what its members know. */
function checkStored({ group, turn, lastMetadata }: GroupUnderTest): void {
  if (group.state !== "Stable" && group.state !== "Empty") return;
  const stored = ClassicGroup.load("group", lastMetadata, 0, turn.now);
  const told = ({ state, leaderId, generationId, members }: ClassicGroup) =>
    JSON.stringify([
      state,
      leaderId,
      generationId,
      ...[...members.values()].map((member) => [member.memberId, ...member.assignment]),
    ]);
  holds(told(stored) === told(group), "what members were told is stored");
}

describe("whatever its clients do", () => {
  test("[GRP29] everybody is answered once, and a group nobody calls becomes empty", () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= SEEDS; seed++) {
      const walk = new Walk(seed);
      for (let step = 0; step < STEPS; step++) {
        walk.step();
        walk.check();
        checkStored(walk.it);
        seen.add(walk.it.group.state);
      }
      walk.end();
    }
    expect(seen.size).toBe(4);
  });
});
