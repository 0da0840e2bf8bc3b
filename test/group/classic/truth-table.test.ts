/** What every event does to a classic group in every state: the answer, and the next state. */
import { describe, expect, test } from "vitest";

import { GroupUnderTest, INITIAL_DELAY_MS, RANGE, STICKY } from "./group-under-test.ts";

/** A group with a leader and a follower; where it is Empty, they are ids that nobody knows. */
interface World {
  readonly it: GroupUnderTest;
  readonly leader: string;
  readonly follower: string;
}

const BOTH = { protocols: [RANGE, STICKY] };

const worlds = {
  Empty: (): World => ({ it: new GroupUnderTest(), leader: "leader", follower: "follower" }),

  /** PreparingRebalance for the first time: both wait for the initial delay to pass. */
  Initial: (): World => {
    const it = new GroupUnderTest();
    it.join("");
    it.join("");
    const [leader, follower] = it.memberIds as [string, string];
    return { it, leader, follower };
  },

  /** PreparingRebalance after a generation: the follower waits for the leader. */
  Preparing: (): World => {
    const world = worlds.Stable();
    world.it.join(world.follower, BOTH);
    return world;
  },

  /** CompletingRebalance: both know of the generation, neither has asked for its assignment. */
  Completing: (): World => {
    const it = new GroupUnderTest();
    const [leader, follower] = it.completing("leader", "follower") as [string, string];
    return { it, leader, follower };
  },

  Stable: (): World => {
    const it = new GroupUnderTest();
    const [leader, follower] = it.stable("leader", "follower") as [string, string];
    return { it, leader, follower };
  },
};

const NAMES = ["Empty", "Initial", "Preparing", "Completing", "Stable"] as const;
const STATES = [
  "Empty",
  "PreparingRebalance",
  "PreparingRebalance",
  "CompletingRebalance",
  "Stable",
] as const;

type Outcomes = readonly [string, string, string, string, string];
type Row = readonly [event: string, happen: (world: World) => string, outcomes: Outcomes];

function joinOf(who: (world: World) => string, options = {}) {
  return (world: World) => {
    const answer = world.it.joined(world.it.join(who(world), options));
    return answer === undefined ? "waits" : (answer.error ?? `generation ${answer.generationId}`);
  };
}

function syncOf(who: (world: World) => string, options = {}) {
  return (world: World) => {
    const answer = world.it.synced(world.it.sync(who(world), {}, options));
    return answer === undefined ? "waits" : (answer.error ?? "assigned");
  };
}

const anybody = () => "";
const aStranger = () => "stranger";
const theLeader = ({ leader }: World) => leader;
const theFollower = ({ follower }: World) => follower;

/** Answer, and the state if it is another one, for the states in the order of NAMES. */
const UNKNOWN = "UNKNOWN_MEMBER_ID";
const INCONSISTENT = "INCONSISTENT_GROUP_PROTOCOL";
const ILLEGAL = "ILLEGAL_GENERATION";
const IN_PROGRESS = "REBALANCE_IN_PROGRESS";
const FINE = "fine";
const WAITS = "waits";
const PREPARES = "waits > PreparingRebalance";
const LEFT = "fine > PreparingRebalance";

const all = (outcome: string): Outcomes => [outcome, outcome, outcome, outcome, outcome];
const JOINS: Outcomes = [PREPARES, WAITS, WAITS, PREPARES, PREPARES];
const MISFITS: Outcomes = [PREPARES, INCONSISTENT, INCONSISTENT, INCONSISTENT, INCONSISTENT];
const OUTDATED: Outcomes = [UNKNOWN, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL];

const joins: readonly Row[] = [
  [
    "[GRP1] join without an id",
    joinOf(anybody, { requiresKnownMemberId: true }),
    all("MEMBER_ID_REQUIRED"),
  ],
  ["[GRP1] join without an id, below version 4", joinOf(anybody), JOINS],
  ["[GRP1] join of a new static member", joinOf(anybody, { groupInstanceId: "new" }), JOINS],
  ["[GRP2] join with an unknown id", joinOf(aStranger), all(UNKNOWN)],
  [
    "[GRP2] join with an unknown instance id",
    joinOf(aStranger, { groupInstanceId: "new" }),
    all(UNKNOWN),
  ],
  ["[GRP3] join of another protocol type", joinOf(anybody, { protocolType: "connect" }), MISFITS],
  ["[GRP3] join with no protocol in common", joinOf(anybody, { protocols: [STICKY] }), MISFITS],
  ["[GRP3] join without protocols", joinOf(anybody, { protocols: [] }), all(INCONSISTENT)],
  [
    "[GRP6] the leader joins again",
    joinOf(theLeader),
    [UNKNOWN, WAITS, "generation 2 > CompletingRebalance", "generation 1", PREPARES],
  ],
  [
    "[GRP6] the follower joins again",
    joinOf(theFollower),
    [UNKNOWN, WAITS, WAITS, "generation 1", "generation 1"],
  ],
  [
    "[GRP6] the follower joins with more protocols",
    joinOf(theFollower, BOTH),
    [UNKNOWN, WAITS, WAITS, PREPARES, PREPARES],
  ],
];

const syncs: readonly Row[] = [
  [
    "[GRP14] the leader syncs",
    syncOf(theLeader),
    [UNKNOWN, IN_PROGRESS, IN_PROGRESS, "assigned > Stable", "assigned"],
  ],
  [
    "[GRP14] the follower syncs",
    syncOf(theFollower),
    [UNKNOWN, IN_PROGRESS, IN_PROGRESS, WAITS, "assigned"],
  ],
  ["[GRP2] a stranger syncs", syncOf(aStranger), all(UNKNOWN)],
  ["[GRP15] a sync of an old generation", syncOf(theFollower, { generationId: -1 }), OUTDATED],
  [
    "[GRP15] a sync of another protocol type",
    syncOf(theFollower, { protocolType: "connect" }),
    [UNKNOWN, INCONSISTENT, INCONSISTENT, INCONSISTENT, INCONSISTENT],
  ],
  [
    "[GRP15] a sync of another protocol",
    syncOf(theFollower, { protocolName: "sticky" }),
    // Before the first generation no protocol is chosen.
    [UNKNOWN, IN_PROGRESS, INCONSISTENT, INCONSISTENT, INCONSISTENT],
  ],
];

const others: readonly Row[] = [
  [
    "[GRP21] the follower's heartbeat",
    ({ it, follower }) => it.heartbeat(follower) ?? FINE,
    [UNKNOWN, IN_PROGRESS, IN_PROGRESS, FINE, FINE],
  ],
  ["[GRP21] a stranger's heartbeat", ({ it }) => it.heartbeat("stranger") ?? FINE, all(UNKNOWN)],
  ["[GRP21] an old heartbeat", ({ it, follower }) => it.heartbeat(follower, 7) ?? FINE, OUTDATED],
  [
    "[GRP24] the leader leaves",
    ({ it, leader }) => it.leave(leader)[0] ?? FINE,
    // In the third state the follower has joined already.
    [UNKNOWN, FINE, "fine > CompletingRebalance", LEFT, LEFT],
  ],
  [
    "[GRP24] the follower leaves",
    ({ it, follower }) => it.leave(follower)[0] ?? FINE,
    [UNKNOWN, FINE, FINE, LEFT, LEFT],
  ],
  ["[GRP24] a stranger leaves", ({ it }) => it.leave("stranger")[0] ?? FINE, all(UNKNOWN)],
  [
    "[GRP13] both leave",
    ({ it, leader, follower }) => it.leave(leader, follower)[1] ?? FINE,
    [UNKNOWN, FINE, "fine > Empty", "fine > Empty", "fine > Empty"],
  ],
  [
    "[GRP26] the follower commits",
    ({ it, follower }) => it.commit(follower) ?? FINE,
    [UNKNOWN, FINE, FINE, IN_PROGRESS, FINE],
  ],
  [
    "[GRP26] the follower commits in an old generation",
    ({ it, follower }) => it.commit(follower, 7) ?? FINE,
    OUTDATED,
  ],
  ["[GRP26] a stranger commits", ({ it }) => it.commit("stranger") ?? FINE, all(UNKNOWN)],
  [
    "[GRP26] no member commits",
    ({ it }) => it.commit("", -1) ?? FINE,
    [FINE, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN],
  ],
  [
    "[GRP9] the initial delay passes, and what it was extended by",
    ({ it }) => {
      it.pass(2 * INITIAL_DELAY_MS);
      return FINE;
    },
    [FINE, "fine > CompletingRebalance", FINE, FINE, FINE],
  ],
];

describe("every event in every state", () => {
  for (const [event, happen, outcomes] of [...joins, ...syncs, ...others]) {
    for (const [column, state] of NAMES.entries()) {
      test(`${event}: ${state}`, () => {
        const world = worlds[state]();
        const before = world.it.group.state;
        expect(before).toBe(STATES[column]);
        const answer = happen(world);
        const after = world.it.group.state;
        expect(after === before ? answer : `${answer} > ${after}`).toBe(outcomes[column]);
      });
    }
  }
});
