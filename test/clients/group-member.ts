/**
 * A member of a group: a client in a process of its own, whichever client it is. It is told to
 * leave, killed, stopped in its tracks or kept from handling what it has got; what it says is read
 * into the history of its group.
 */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";

import type { GroupHistory, MemberEvent, TopicPartition } from "./group-history.ts";

/** How a member takes part in its group. */
export interface Membership {
  readonly bootstrap: string;
  readonly groupId: string;
  readonly topics: readonly string[];
  /** With it the ids of a classic group's members begin, so that it decides their order. */
  readonly clientId?: string;
  /** Of a classic group; in others the broker sets it. */
  readonly sessionTimeoutMs?: number;
  readonly heartbeatIntervalMs?: number;
  readonly maxPollIntervalMs?: number;
  readonly autoOffsetReset?: "earliest" | "latest" | "none";
  readonly autoCommitIntervalMs?: number;
  /** Null for what the client does by itself. */
  readonly assignor?: string | null;
}

/** A client as a program, and how to read what it says. */
export interface MemberProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** Consumer configs that go into a file, whose path ends the arguments. */
  readonly configFile?: string;
  /** What a line tells; null if it is not worth remembering either. */
  parse(line: string, stream: "stdout" | "stderr"): MemberEvent[] | null;
}

const STOPPING_PATIENCE_MS = 20_000;
const LINES_REMEMBERED = 15;
const MAX_REMEMBERED_LENGTH = 300;

/** Nobody outlives the test process. */
const children = new Set<ChildProcessWithoutNullStreams>();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

export class GroupMember {
  readonly name: string;
  readonly #history: GroupHistory;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<number | string>;
  readonly #lastLines: string[] = [];

  constructor(name: string, program: MemberProgram, args: string[], history: GroupHistory) {
    this.name = name;
    this.#history = history;
    this.#child = spawn(program.command, args, { stdio: "pipe" });
    children.add(this.#child);
    this.#ended = once(this.#child, "close").then(([code, signal]: (number | string)[]) => {
      children.delete(this.#child);
      history.leaves(name);
      return code ?? signal!;
    });
    for (const stream of ["stdout", "stderr"] as const) {
      readLines(this.#child[stream], (line) => {
        const events = program.parse(line, stream);
        if (events === null) return;
        for (const event of events) history.record(name, event);
        const isRecord = events.some(({ kind }) => kind === "handled" || kind === "committed");
        if (!isRecord) this.#remember(line);
      });
    }
  }

  /** What it owns now, in order. */
  owned(): TopicPartition[] {
    return this.#history.ownedBy(this.name);
  }

  /**
   * The last lines that it wrote, but for its records: for whoever has to find out why a test
   * failed.
   */
  said(): string {
    return this.#lastLines.join("\n");
  }

  #remember(line: string): void {
    this.#lastLines.push(line.slice(0, MAX_REMEMBERED_LENGTH));
    if (this.#lastLines.length > LINES_REMEMBERED) this.#lastLines.shift();
  }

  /** Whether it has ended, by itself or not. */
  hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Waits for its end and returns the exit code, or the signal's name. */
  ended(): Promise<number | string> {
    return this.#ended;
  }

  /** Asks it to leave its group and to end. */
  async stop(): Promise<void> {
    const patience = setTimeout(() => this.#child.kill("SIGKILL"), STOPPING_PATIENCE_MS);
    this.#child.kill("SIGTERM");
    const end = await this.#ended;
    clearTimeout(patience);
    if (end === "SIGKILL") throw new Error(`${this.name} did not stop:\n${this.said()}`);
  }

  /** Ends it without a word to anybody. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  /** Stops the whole process where it is; it does not even send heartbeats. */
  pause(): void {
    this.#child.kill("SIGSTOP");
    this.#history.leaves(this.name);
  }

  resume(): void {
    this.#history.returns(this.name);
    this.#child.kill("SIGCONT");
  }

  /**
   * Takes nothing from it any more: it soon waits to write and polls no more, while its heartbeats
   * go on. What becomes of its membership it cannot say meanwhile.
   */
  stall(): void {
    this.#child.stdout.pause();
    this.#history.leaves(this.name);
  }

  unstall(): void {
    this.#history.returns(this.name);
    this.#child.stdout.resume();
  }
}

/** Calls `take` with each whole line. */
function readLines(
  stream: ChildProcessWithoutNullStreams["stdout"],
  take: (line: string) => void,
): void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  stream.on("data", (bytes: Buffer) => {
    const lines = (rest + decoder.write(bytes)).split("\n");
    rest = lines.pop()!;
    for (const line of lines) take(line);
  });
  stream.on("close", () => {
    if (rest !== "") take(rest);
  });
}

/** The members that one test has started; none of them outlives it. */
export class GroupMembers {
  readonly history: GroupHistory;
  readonly #members: GroupMember[] = [];
  #directory: string | null = null;

  constructor(history: GroupHistory) {
    this.history = history;
  }

  start(name: string, program: MemberProgram): GroupMember {
    const args = [...program.args];
    if (program.configFile !== undefined) {
      this.#directory ??= mkdtempSync(join(tmpdir(), "odradek-members-"));
      const path = join(this.#directory, `${this.#members.length}.properties`);
      writeFileSync(path, program.configFile);
      args.push(path);
    }
    const member = new GroupMember(name, program, args, this.history);
    this.#members.push(member);
    return member;
  }

  /** Who runs. */
  running(): GroupMember[] {
    return this.#members.filter((member) => !member.hasEnded());
  }

  /** Lets everybody who runs leave the group and end. */
  async stop(): Promise<void> {
    await Promise.all(this.running().map((member) => member.stop()));
  }

  /** What everybody owns and last said. */
  describe(): string {
    return this.#members
      .map((member) => {
        const state = member.hasEnded() ? "has ended" : `owns ${member.owned().join(" ")}`;
        return `${member.name} ${state}. It said:\n${member.said()}`;
      })
      .join("\n\n");
  }

  /** Kills whoever is left. */
  async close(): Promise<void> {
    await Promise.all(this.running().map((member) => member.kill()));
    if (this.#directory !== null) rmSync(this.#directory, { recursive: true, force: true });
  }
}
