/**
 * Who belongs to a classic group: its members in the order in which they came, their leader, those
 * that were given an id but have not joined with it, and what the members support in common.
 */
import { assert } from "../../base/assert.ts";
import type { Millis } from "../../base/clock.ts";
import { javaHashOrder } from "../../base/java-hash-order.ts";
import type { ErrorName } from "../../protocol/errors.ts";
import type { ClassicProtocol } from "../group-calls.ts";
import type { Ticket } from "../turn.ts";
import { ClassicMember } from "./classic-member.ts";

export class Membership {
  readonly #members = new Map<string, ClassicMember>();
  /** From group instance id to member id. */
  readonly #staticMembers = new Map<string, string>();
  /** How many members support each protocol. */
  readonly #supporters = new Map<string, number>();
  #awaitingJoin = 0;

  /** Null exactly while there are no members. */
  leaderId: string | null = null;

  /** Ids that were given out, and when they are forgotten unless somebody joins with them. */
  readonly pendingJoins = new Map<string, Millis>();

  /**
   * Members that have been told of the generation but have not asked for their assignment. One that
   * is replaced in between stays, as in Kafka, so that its group rebalances after all.
   */
  readonly pendingSyncs = new Set<string>();

  get members(): ReadonlyMap<string, ClassicMember> {
    return this.#members;
  }

  get awaitingJoin(): number {
    return this.#awaitingJoin;
  }

  get hasEverybodyJoined(): boolean {
    return this.#awaitingJoin === this.#members.size && this.pendingJoins.size === 0;
  }

  /** The longest that any member asks for. */
  get rebalanceTimeoutMs(): Millis {
    let longest = 0;
    for (const member of this.#members.values()) {
      longest = Math.max(longest, member.rebalanceTimeoutMs);
    }
    return longest;
  }

  /** The member, or why whoever says to be it is not. */
  find(memberId: string, groupInstanceId: string | null): ClassicMember | ErrorName {
    if (groupInstanceId !== null) {
      const holderId = this.#staticMembers.get(groupInstanceId);
      if (holderId === undefined) return "UNKNOWN_MEMBER_ID";
      if (holderId !== memberId) return "FENCED_INSTANCE_ID";
    }
    return this.#members.get(memberId) ?? "UNKNOWN_MEMBER_ID";
  }

  /** The member that has an instance id, or null. */
  holderOf(groupInstanceId: string | null): ClassicMember | null {
    if (groupInstanceId === null) return null;
    return this.#members.get(this.#staticMembers.get(groupInstanceId) ?? "") ?? null;
  }

  add(member: ClassicMember): void {
    const { memberId, groupInstanceId } = member;
    assert(!this.#members.has(memberId), "A member is added once.");
    assert(!member.isAwaitingJoin, "A member waits once it is one.");
    if (groupInstanceId !== null) {
      assert(!this.#staticMembers.has(groupInstanceId), "An instance id belongs to one member.");
      this.#staticMembers.set(groupInstanceId, memberId);
    }
    this.pendingJoins.delete(memberId);
    this.#members.set(memberId, member);
    this.leaderId ??= memberId;
    this.#count(member.protocols, 1);
  }

  /** Forgets a member, or an id that nobody has joined with. Whoever waits was answered before. */
  remove(memberId: string): void {
    this.pendingJoins.delete(memberId);
    this.pendingSyncs.delete(memberId);
    const member = this.#members.get(memberId);
    if (member === undefined) return;
    assert(!member.isAwaitingJoin && member.syncTicket === null, "It is answered before it goes.");
    this.#members.delete(memberId);
    this.#count(member.protocols, -1);
    if (member.groupInstanceId !== null) this.#staticMembers.delete(member.groupInstanceId);
    if (this.leaderId === memberId) this.leaderId = this.#members.keys().next().value ?? null;
  }

  /** Gives all that a static member has to its next incarnation, which has another id. */
  replace(old: ClassicMember, memberId: string): ClassicMember {
    assert(!old.isAwaitingJoin && old.syncTicket === null, "It is answered before it goes.");
    assert(old.groupInstanceId !== null, "Only static members are replaced.");
    const member = new ClassicMember(old, old.assignment, memberId);
    this.#members.delete(old.memberId);
    this.#members.set(memberId, member);
    this.#staticMembers.set(old.groupInstanceId, memberId);
    if (this.leaderId === old.memberId) this.leaderId = memberId;
    return member;
  }

  setProtocols(member: ClassicMember, protocols: readonly ClassicProtocol[]): void {
    this.#count(member.protocols, -1);
    member.protocols = protocols;
    this.#count(protocols, 1);
  }

  setJoinTicket(member: ClassicMember, ticket: Ticket | null): void {
    this.#awaitingJoin += Number(ticket !== null) - Number(member.isAwaitingJoin);
    member.joinTicket = ticket;
  }

  /** Whether all members support one of the protocols. */
  supportsOneOf(protocols: readonly ClassicProtocol[]): boolean {
    return protocols.some(({ name }) => this.#isSupportedByAll(name));
  }

  /** The protocol that most members prefer, of those that all support; of several, Kafka's. */
  selectProtocol(): string {
    const votes = new Map<string, number>();
    for (const { protocols } of this.#members.values()) {
      const vote = protocols.find(({ name }) => this.#isSupportedByAll(name))?.name;
      assert(vote !== undefined, "Only a member that shares a protocol with all others is added.");
      votes.set(vote, (votes.get(vote) ?? 0) + 1);
    }
    const [first, ...others] = javaHashOrder([...votes].map(([name, count]) => ({ name, count })));
    assert(first !== undefined, "An empty group selects no protocol.");
    return others.reduce((most, next) => (next.count > most.count ? next : most), first).name;
  }

  #isSupportedByAll(protocolName: string): boolean {
    return (this.#supporters.get(protocolName) ?? 0) === this.#members.size;
  }

  #count(protocols: readonly ClassicProtocol[], change: 1 | -1): void {
    for (const name of new Set(protocols.map((protocol) => protocol.name))) {
      const count = (this.#supporters.get(name) ?? 0) + change;
      if (count === 0) this.#supporters.delete(name);
      else this.#supporters.set(name, count);
    }
  }
}
