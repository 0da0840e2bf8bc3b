/**
 * Kafka's clients for Go, Python and C, each as a program in `programs/` that takes four commands:
 * it creates a topic, produces, takes part in a group, and describes one.
 */
import type { RunResult } from "../oracle/run.ts";
import { run } from "../oracle/run.ts";
import type { MemberEvent } from "./group-history.ts";
import type { MemberProgram } from "./group-member.ts";
import type { Started } from "./language-builds.ts";
import {
  buildC,
  buildGo,
  buildPython,
  missingGo,
  missingLibrdkafka,
  missingPython,
} from "./language-builds.ts";

/** By what protocol, or by which of the classic one's assignors, a member takes part in a group. */
export type Protocol = "classic" | "consumer" | "range" | "cooperative-sticky";

/** A client of another language. */
export interface LanguageClient {
  readonly name: string;
  /** Of those that its groups are tried with. */
  readonly protocols: readonly Protocol[];
  /** Null where it can be built and run, else a sentence that says what the machine lacks. */
  missing(): string | null;
  build(): Promise<Started>;
}

/** What such a member is told. */
export interface LanguageMembership {
  readonly bootstrap: string;
  readonly topic: string;
  readonly groupId: string;
  readonly protocol: Protocol;
  readonly clientId: string;
}

const RUN_TIMEOUT_MS = 60_000;

/** All of them. */
export const LANGUAGE_CLIENTS: readonly LanguageClient[] = [
  {
    name: "franz-go",
    protocols: ["classic", "consumer"],
    missing: () => missingGo("franz-go"),
    build: () => buildGo("franz-go"),
  },
  {
    name: "sarama",
    protocols: ["classic"],
    missing: () => missingGo("sarama"),
    build: () => buildGo("sarama"),
  },
  {
    name: "kafka-python",
    protocols: ["classic"],
    missing: missingPython,
    build: () => buildPython("kafka_python_client.py"),
  },
  {
    name: "aiokafka",
    protocols: ["classic"],
    missing: missingPython,
    build: () => buildPython("aiokafka_client.py"),
  },
  {
    name: "confluent-kafka",
    protocols: ["classic", "consumer"],
    missing: missingPython,
    build: () => buildPython("confluent_client.py"),
  },
  {
    name: "librdkafka",
    protocols: ["classic", "cooperative-sticky"],
    missing: missingLibrdkafka,
    build: buildC,
  },
];

const built = new Map<LanguageClient, Promise<Started>>();

/** How a client is started; it is built when somebody first asks. */
export function programOf(client: LanguageClient): Promise<Started> {
  const program = built.get(client) ?? client.build();
  built.set(client, program);
  return program;
}

/** Runs a command of a client to its end, whatever that is. */
export async function tryCommand(
  client: LanguageClient,
  args: readonly string[],
  input = "",
): Promise<RunResult> {
  const [program, ...first] = await programOf(client);
  return run(program, [...first, ...args], { input, timeoutMs: RUN_TIMEOUT_MS });
}

/** Runs a command that has to end well, and returns the lines that it wrote. */
export async function clientSays(
  client: LanguageClient,
  args: readonly string[],
  input = "",
): Promise<string[]> {
  const { code, stdout, stderr } = await tryCommand(client, args, input);
  if (code === 0) return stdout.trim().split("\n");
  throw new Error(`${client.name} ended with ${code}: ${stdout}${stderr}`);
}

/** A member of a group; `take` gets the value of each record that it handles. */
export async function languageMember(
  client: LanguageClient,
  { bootstrap, topic, groupId, protocol, clientId }: LanguageMembership,
  take: (value: string) => void,
): Promise<MemberProgram> {
  const [program, ...first] = await programOf(client);
  const args = [...first, "consume", bootstrap, topic, groupId, protocol, clientId];
  return { command: program, args, parse: (line) => parse(line, take) };
}

function parse(line: string, take: (value: string) => void): MemberEvent[] {
  const [kind, ...words] = line.split(" ");
  if (kind === "assigned" || kind === "revoked") {
    return [{ kind, partitions: words.filter((word) => word !== "") }];
  }
  if (kind === "handled") {
    const [partition, offset, ...value] = words;
    take(value.join(" "));
    return [{ kind, partition: partition!, first: Number(offset), last: Number(offset) }];
  }
  return kind === "failed" ? [{ kind, reason: line }] : [];
}
