/** kcat as a member of a group: librdkafka's balanced consumer, with its callbacks as messages. */
import type { MemberEvent } from "./group-history.ts";
import type { MemberProgram, Membership } from "./group-member.ts";
import { kcatPath } from "./kcat.ts";

const REBALANCED = /^% Group .* rebalanced.*?(assign|revoke).*?: ((?:\S+ \[\d+\](?:, )?)*)$/;

/** kcat in a group; its assignors are named as everywhere. */
export function kcatMember(membership: Membership): MemberProgram {
  const { bootstrap, groupId, topics, autoOffsetReset = "earliest", assignor } = membership;
  const settings = {
    "client.id": membership.clientId ?? "kcat",
    "session.timeout.ms": membership.sessionTimeoutMs,
    "heartbeat.interval.ms": membership.heartbeatIntervalMs,
    "max.poll.interval.ms": membership.maxPollIntervalMs,
    "auto.commit.interval.ms": membership.autoCommitIntervalMs,
    "auto.offset.reset": autoOffsetReset === "none" ? "error" : autoOffsetReset,
    "partition.assignment.strategy": assignor ?? undefined,
  };
  const flags = Object.entries(settings).flatMap(([key, value]) =>
    value === undefined ? [] : ["-X", `${key}=${value}`],
  );
  // It prints each record at once, and goes on after an error that it can live with.
  const output = ["-u", "-E", "-f", "%t-%p %o %s\\n"];
  const args = ["-b", bootstrap, ...flags, ...output, "-G", groupId, ...topics];
  return { command: kcatPath(), args, parse };
}

function parse(line: string, stream: "stdout" | "stderr"): MemberEvent[] | null {
  if (stream === "stdout") {
    const [, partition, offset] = /^(\S+-\d+) (\d+) /.exec(line) ?? [];
    if (partition === undefined) return [];
    return [{ kind: "handled", partition, first: Number(offset), last: Number(offset) }];
  }
  if (line.startsWith("% Reached end")) return null;
  if (line.startsWith("% ERROR")) return [{ kind: "failed", reason: line }];
  const [, what, list] = REBALANCED.exec(line) ?? [];
  if (what === undefined) return [];
  const partitions = [...list!.matchAll(/(\S+) \[(\d+)\]/g)].map(
    ([, topic, partition]) => `${topic}-${partition}`,
  );
  return [{ kind: what === "assign" ? "assigned" : "revoked", partitions }];
}
