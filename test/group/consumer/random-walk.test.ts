/** Members that do anything at any time, and what holds of a consumer group all the same. */
import { describe, expect, test } from "vitest";

import {
  matchTopics,
  regexResolutionFailed,
  regexesResolved,
  startRegexResolution,
} from "../../../src/group/consumer/regular-expressions.ts";
import type { ConsumerHeartbeatAnswer } from "../../../src/group/group-calls.ts";
import { SeededRandom } from "../../simulation/seeded-random.ts";
import { GroupUnderTest, durable, idOf } from "./group-under-test.ts";
import type { HeartbeatOptions, Partitions } from "./group-under-test.ts";

const SEEDS = 40;
const STEPS = 200;
const TOPICS = ["bar", "foo", "foo-2", "qux"];
const REGEXES = ["foo.*", "bar|qux", "none"];

/** One consumer: what it knows of itself, which may be less than its group knows. */
interface WalkingMember {
  readonly name: string;
  readonly instanceId: string | null;
  memberId: string;
  memberEpoch: number;
  /** Whether it takes itself for a member. */
  isMember: boolean;
  topics: string[];
  regex: string;
  /** What it was told last that it has. */
  told: Partitions;
  /** What it reads from, which it gives up before it says so. */
  owned: Partitions;
}

class Walk {
  readonly it: GroupUnderTest;
  readonly #random: SeededRandom;
  readonly #members: WalkingMember[];
  readonly #deleted = new Set<string>();
  #incarnations = 0;
  #groupEpoch = 0;
  #assignmentEpoch = 0;
  #recordCount = 0;
  readonly #memberEpochs = new Map<string, number>();

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    const assignors = this.#random.pick(["uniform", "range", "uniform, range"]);
    const interval = this.#random.pick(["0", "1000", "20000"]);
    this.it = new GroupUnderTest(
      {
        "group.consumer.assignors": assignors,
        "group.consumer.assignment.interval.ms": interval,
        "group.consumer.max.size": this.#random.pick(["4", "100"]),
      },
      seed,
    );
    this.it.topic("foo", 4).topic("bar", 3);
    this.#members = Array.from({ length: this.#random.int(1, 20) }, (_, index) => ({
      name: `m${index}`,
      instanceId: this.#random.chance(0.3) ? `i${index}` : null,
      memberId: "",
      memberEpoch: 0,
      isMember: false,
      topics: [],
      regex: "",
      told: {},
      owned: {},
    }));
  }

  step(): void {
    const random = this.#random;
    const member = random.pick(this.#members);
    this.it.pass(random.chance(0.02) ? 30_000 : random.int(0, 400));
    if (random.chance(0.03)) this.#changeTopic();
    if (random.chance(0.3)) this.#resolve();
    if (random.chance(0.01)) this.it.restart();
    if (!member.isMember) this.#join(member);
    else if (random.chance(0.03)) this.#leave(member);
    else if (random.chance(0.02)) this.#crash(member);
    else this.#heartbeat(member);
    this.check();
  }

  /** Everybody heartbeats as they should until nothing more happens. */
  settle(): void {
    // Longer than any session, and than any time between two assignments.
    let quietRounds = 0;
    for (let round = 0; round < 60; round++) {
      const before = this.it.turn.records.length;
      this.it.pass(11_000);
      this.#resolve(true);
      for (const member of this.#members) {
        if (!member.isMember) continue;
        this.#follow(member);
        this.#send(member, member.memberEpoch, { owned: member.owned });
      }
      this.check();
      quietRounds = this.it.turn.records.length === before ? quietRounds + 1 : 0;
      if (quietRounds === 6) return;
    }
    throw new Error("The group does not settle.");
  }

  /** What holds after every step. */
  check(): void {
    const { group } = this.it.state;
    if (group === null) return;
    const { groupEpoch, assignmentEpoch } = this.it.group;
    expect(groupEpoch).toBeGreaterThanOrEqual(this.#groupEpoch);
    expect(assignmentEpoch).toBeGreaterThanOrEqual(this.#assignmentEpoch);
    expect(assignmentEpoch).toBeLessThanOrEqual(groupEpoch);
    this.#groupEpoch = groupEpoch;
    this.#assignmentEpoch = assignmentEpoch;
    this.#checkMemberEpochs();
    this.#checkOwners();
    if (this.it.turn.records.length === this.#recordCount) return;
    this.#recordCount = this.it.turn.records.length;
    expect(durable(this.it.reloaded())).toEqual(durable(this.it.state));
  }

  /** But for static members that have left, and come back as new ones. */
  #checkMemberEpochs(): void {
    const { members } = this.it.group;
    for (const { memberId, memberEpoch } of members.values()) {
      const before = this.#memberEpochs.get(memberId) ?? 0;
      if (memberEpoch >= 0) expect(memberEpoch).toBeGreaterThanOrEqual(before);
      expect(memberEpoch).toBeLessThanOrEqual(this.#assignmentEpoch);
      this.#memberEpochs.set(memberId, memberEpoch);
    }
  }

  /** A partition is read by one member at most, of those that the group has not fenced. */
  #checkOwners(): void {
    const owners = new Map<string, string>();
    for (const { memberId, owned, name, isMember } of this.#members) {
      if (!isMember || !this.it.group.members.has(memberId)) continue;
      for (const [topic, partitions] of Object.entries(owned)) {
        for (const partition of partitions) {
          const at = `${topic} ${partition}`;
          expect(owners.get(at), `${at} is read by ${name} as well`).toBeUndefined();
          owners.set(at, name);
        }
      }
    }
  }

  /** What holds when all is settled. */
  checkSettled(): void {
    if (this.it.state.group === null || this.it.group.isEmpty) return;
    const { group } = this.it;
    expect(group.stateName).toBe("Stable");
    const assigned = [...group.members.keys()].flatMap((memberId) => {
      expect(this.it.assigned(memberId)).toEqual(this.it.target(memberId));
      return Object.entries(this.it.assigned(memberId)).flatMap(([topic, partitions]) =>
        partitions.map((partition) => `${topic} ${partition}`),
      );
    });
    const subscribed = this.it.topicNames.filter((name) => group.isSubscribedTo(name));
    const all = subscribed.flatMap((name) =>
      Array.from(
        { length: this.it.turn.topics.byName(name)!.partitionCount },
        (_, partition) => `${name} ${partition}`,
      ),
    );
    expect(assigned.toSorted()).toEqual(all.toSorted());
    expect(new Set(assigned).size).toBe(assigned.length);
  }

  #changeTopic(): void {
    const name = this.#random.pick(TOPICS);
    const before = this.it.turn.topics.byName(name)?.partitionCount ?? 0;
    if (this.#deleted.has(name)) return;
    if (before > 0 && this.#random.chance(0.2)) this.#deleteTopic(name);
    else this.it.topic(name, before + this.#random.int(1, 3));
  }

  /** For good, because its name gives a topic its id here; nobody can read on from it. */
  #deleteTopic(name: string): void {
    this.#deleted.add(name);
    this.it.topic(name, 0);
    for (const member of this.#members) {
      const { [name]: _, ...owned } = member.owned;
      member.owned = owned;
    }
  }

  #resolve(mustSucceed = false): void {
    if (this.it.state.group === null) return;
    const regexes = startRegexResolution(this.it.group, this.it.turn);
    if (regexes.length === 0) return;
    if (!mustSucceed && this.#random.chance(0.2)) regexResolutionFailed(this.it.group);
    else regexesResolved(this.it.state, matchTopics(regexes, this.it.topicNames), this.it.turn);
  }

  #join(member: WalkingMember): void {
    if (member.memberId === "" || this.#random.chance(0.5)) {
      member.memberId = `${member.name}-${this.#incarnations++}`;
    }
    member.owned = {};
    member.told = {};
    this.#subscribe(member);
    this.#send(member, 0, { ...this.#all(member), owned: {} });
  }

  #leave(member: WalkingMember): void {
    const epoch = member.instanceId !== null && this.#random.chance(0.7) ? -2 : -1;
    this.it.heartbeat(member.memberId, epoch, { instanceId: member.instanceId });
    this.#crash(member);
    member.memberId = "";
  }

  #crash(member: WalkingMember): void {
    member.isMember = false;
    member.owned = {};
    member.told = {};
  }

  #heartbeat(member: WalkingMember): void {
    const random = this.#random;
    if (random.chance(0.8)) this.#follow(member);
    if (random.chance(0.05)) {
      this.#subscribe(member);
      this.#send(member, member.memberEpoch, { ...this.#all(member), owned: member.owned });
    } else if (random.chance(0.03)) {
      this.#send(member, member.memberEpoch + random.pick([-1, 1]), { owned: member.owned });
    } else {
      const owned = random.chance(0.9) ? member.owned : null;
      this.#send(member, member.memberEpoch, { owned }, random.chance(0.1));
    }
  }

  /** It gives up what it was told to, and begins to read what it was told that it has. */
  #follow(member: WalkingMember): void {
    member.owned = member.told;
  }

  #subscribe(member: WalkingMember): void {
    const random = this.#random;
    member.regex = random.chance(0.3) ? random.pick(REGEXES) : "";
    const isPlain = member.regex === "" || random.chance(0.3);
    member.topics = isPlain ? TOPICS.filter(() => random.chance(0.5)) : [];
  }

  #all({ topics, regex }: WalkingMember): HeartbeatOptions {
    return {
      rebalanceTimeoutMs: 20_000,
      subscribedTopicNames: topics,
      subscribedTopicRegex: regex,
    };
  }

  #send(
    member: WalkingMember,
    memberEpoch: number,
    options: HeartbeatOptions,
    isAnswerLost = false,
  ): void {
    const { memberId, instanceId } = member;
    const answer = this.it.heartbeat(memberId, memberEpoch, { ...options, instanceId });
    if (!isAnswerLost) this.#take(member, answer);
  }

  #take(member: WalkingMember, { error, memberEpoch, assignment }: ConsumerHeartbeatAnswer): void {
    if (error !== null) {
      this.#crash(member);
      return;
    }
    member.isMember = true;
    expect(memberEpoch).toBe(this.it.member(member.memberId).memberEpoch);
    member.memberEpoch = memberEpoch;
    if (assignment === null) return;
    member.told = Object.fromEntries(
      assignment.map(({ topicId, partitions }) => [
        TOPICS.find((topic) => idOf(topic) === topicId)!,
        partitions,
      ]),
    );
  }
}

describe("a random walk", () => {
  test.for(Array.from({ length: SEEDS }, (_, seed) => seed))(
    "[GRP39, GRP47, GRP58] with the seed %i",
    (seed) => {
      const walk = new Walk(seed);
      for (let step = 0; step < STEPS; step++) walk.step();
      walk.settle();
      walk.checkSettled();
    },
  );
});
