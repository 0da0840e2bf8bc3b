/**
 * kafkajs and `@platformatic/kafka` as members of a group, each in a process of its own: run as a
 * program, this file is such a member, which prints what happens to it as lines of JSON.
 */
import type { MemberEvent } from "./group-history.ts";
import type { MemberProgram } from "./group-member.ts";
import type { NodeMembership } from "./member-report.ts";
import { report } from "./member-report.ts";

/** A member as a program. */
export function nodeMember(membership: NodeMembership): MemberProgram {
  return {
    command: process.execPath,
    args: [import.meta.filename, JSON.stringify(membership)],
    parse: (line, stream) => {
      if (stream === "stdout") return [JSON.parse(line) as MemberEvent];
      return /Error/.test(line) ? [{ kind: "failed", reason: line }] : [];
    },
  };
}

async function main([argument]: string[]): Promise<void> {
  const membership = JSON.parse(argument!) as NodeMembership;
  // Nobody writes to it; it ends when the test does, however that is.
  process.stdin.on("end", () => process.exit(1)).resume();
  try {
    // A member is there sooner without the other's client.
    if (membership.client === "kafkajs") {
      const { runKafkajs } = await import("./member-kafkajs.ts");
      await runKafkajs(membership);
    } else {
      const { runPlatformatic } = await import("./member-platformatic.ts");
      await runPlatformatic(membership);
    }
  } catch (error) {
    report({ kind: "failed", reason: String(error) });
    process.exit(1);
  }
}

if (import.meta.main) await main(process.argv.slice(2));
