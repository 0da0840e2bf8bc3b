/** What Linux tells of processes: who started whom, what it has cost, whether it is still there. */
import { readdirSync, readFileSync } from "node:fs";

/** The unit of processor time in `/proc`; 100 a second on every Linux that runs Node. */
const TICK_MS = 10;

/** What a process has used since it began. */
export interface ProcessCost {
  readonly cpuMs: number;
  /** What it has caused to be written to a disk. */
  readonly writtenBytes: number;
}

/** The processes that `pid` has started, those that they have started, and so on. */
export function descendantsOf(pid: number): number[] {
  const parents = new Map<number, number[]>();
  for (const child of readdirSync("/proc").map(Number).filter(Boolean)) {
    const parent = Number(statOf(child)?.[1]);
    parents.set(parent, [...(parents.get(parent) ?? []), child]);
  }
  const below = (parent: number): number[] =>
    (parents.get(parent) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
}

/** Whether a process runs. One that has ended and waits for its parent to notice does not. */
export function isRunning(pid: number): boolean {
  const state = statOf(pid)?.[0];
  return state !== undefined && state !== "Z" && state !== "X";
}

/** The memory that a process holds now; NaN when it is not there. */
export function residentBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
  } catch {
    return NaN;
  }
}

/** What a process has used. Throws when it is not there. */
export function costOf(pid: number): ProcessCost {
  const stat = statOf(pid);
  const io = readFileSync(`/proc/${pid}/io`, "utf8");
  if (!stat) throw new Error(`There is no process ${pid}.`);
  const [userTicks, systemTicks] = [Number(stat[11]), Number(stat[12])];
  return {
    cpuMs: (userTicks + systemTicks) * TICK_MS,
    writtenBytes: Number(/^write_bytes: (\d+)$/m.exec(io)?.[1]),
  };
}

/** The fields of `/proc/<pid>/stat` from the state on; before it stands a name of any kind. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
