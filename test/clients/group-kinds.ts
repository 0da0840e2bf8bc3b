/** The groups that tests put together: of one client, and of clients that understand another. */
import type { Program } from "../support/needs.ts";
import { consoleMember, verifiableMember } from "./group-member-java.ts";
import { kcatMember } from "./group-member-kcat.ts";
import { nodeMember } from "./group-member-node.ts";
import type { MemberProgram, Membership } from "./group-member.ts";

/** How a client takes part in a group, and how it bears what happens to it. */
export interface MemberKind {
  readonly name: string;
  /** Whether it comes back by itself once its group has given it up for lost. */
  readonly afterPause: "returns" | "stays away";
  /** The same after it did not poll for too long; null where the client knows of no such limit. */
  readonly afterStall: "returns" | "ends" | null;
  /** Whether it leaves without losing a record that is under way at that moment. */
  readonly leaves: "at any time" | "at rest";
  /** Whether it goes on by itself once a server that was away is back. */
  readonly afterOutage: "goes on" | "may hang";
  program(membership: Membership): MemberProgram | Promise<MemberProgram>;
}

/** The members of a group, at least three. The first is the one that has the hardest time. */
export interface GroupKind {
  readonly name: string;
  readonly needs: readonly Program[];
  readonly members: readonly MemberKind[];
}

function kafkajs(assignor: string | null = null): MemberKind {
  return {
    name: "kafkajs",
    afterPause: "returns",
    afterStall: null,
    leaves: "at any time",
    afterOutage: "goes on",
    program: (membership) => nodeMember({ ...membership, client: "kafkajs", assignor }),
  };
}

const platformatic: MemberKind = {
  name: "platformatic",
  afterPause: "returns",
  afterStall: null,
  leaves: "at any time",
  // It may wait for ever for a connection that has failed already, a member that fetches nothing.
  afterOutage: "may hang",
  program: (membership) => nodeMember({ ...membership, client: "platformatic" }),
};

const platformaticConsumer: MemberKind = {
  name: "platformatic, consumer protocol",
  // It repeats its heartbeat for ever, though it is told that nobody knows the member.
  afterPause: "stays away",
  afterStall: null,
  leaves: "at any time",
  afterOutage: "may hang",
  program: (membership) => nodeMember({ ...membership, client: "platformatic, consumer protocol" }),
};

function kcat(assignor: string | null = null): MemberKind {
  return {
    name: "kcat",
    afterPause: "returns",
    // It takes the end of its membership for an error.
    afterStall: "ends",
    // A record that it gets while it is told to end counts as handled and is not printed.
    leaves: "at rest",
    afterOutage: "goes on",
    program: (membership) => kcatMember({ ...membership, assignor }),
  };
}

function java(
  tool: "verifiable" | "console",
  groupProtocol: "classic" | "consumer",
  assignor: string | null = null,
): MemberKind {
  const program = tool === "verifiable" ? verifiableMember : consoleMember;
  return {
    name: `java ${tool} consumer`,
    afterPause: "returns",
    afterStall: "returns",
    leaves: "at any time",
    afterOutage: "goes on",
    program: (membership) => program({ ...membership, groupProtocol, assignor }),
  };
}

const COOPERATIVE = "cooperative-sticky";

/** Groups of clients that need no JVM. */
export const LIGHT_GROUPS: readonly GroupKind[] = [
  { name: "kafkajs", needs: [], members: [kafkajs(), kafkajs(), kafkajs()] },
  {
    name: "@platformatic/kafka",
    needs: [],
    members: [platformatic, platformatic, platformatic],
  },
  {
    name: "@platformatic/kafka, consumer protocol",
    needs: [],
    members: [platformaticConsumer, platformaticConsumer, platformaticConsumer],
  },
  { name: "kcat", needs: ["kcat"], members: [kcat(), kcat(), kcat()] },
];

/** Groups that Java's clients share with others, each by an assignor that all of them know. */
export const MIXED_GROUPS: readonly GroupKind[] = [
  {
    name: "Java and kcat by their defaults, which is range",
    needs: ["java", "kcat"],
    members: [java("verifiable", "classic"), java("console", "classic"), kcat()],
  },
  {
    name: "Java and kcat, cooperative-sticky",
    needs: ["java", "kcat"],
    members: [
      java("console", "classic", COOPERATIVE),
      java("verifiable", "classic", COOPERATIVE),
      kcat(COOPERATIVE),
    ],
  },
  {
    name: "Java and @platformatic/kafka, consumer protocol",
    needs: ["java"],
    members: [java("verifiable", "consumer"), java("console", "consumer"), platformaticConsumer],
  },
  {
    name: "kafkajs, Java, @platformatic/kafka and kcat by roundrobin",
    needs: ["java", "kcat"],
    members: [
      kafkajs("roundrobin"),
      java("verifiable", "classic", "roundrobin"),
      platformatic,
      kcat("roundrobin"),
    ],
  },
];
