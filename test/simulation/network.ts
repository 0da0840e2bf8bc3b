/**
 * Calls between actors. Each takes its own time, so that one may overtake another; and each may
 * break, in which case the caller does not know whether it was made, was not, or is going to be.
 */
import { Unreachable } from "../../src/broker/ports.ts";
import type { Disk } from "./disk.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { World } from "./world.ts";

type Method = (...args: unknown[]) => unknown;

/** An actor in memory, from its waking to its end. */
export interface Instance {
  readonly name: string;
  readonly disk: Disk | null;
  readonly methods: Readonly<Record<string, Method>>;
  isAlive: boolean;
  callsUnderWay: number;
  lastUsedAt: number;
  /** What happens when it ends. */
  readonly onEnd: Set<() => void>;
}

/** What becomes of a call. */
export type Fate = "made" | "lost" | "unanswered" | "late";

export interface NetworkPorts {
  readonly world: World;
  readonly maxDelayMs: number;
  /** Finds an actor, or wakes it. */
  instance(name: string): Instance;
  fate(from: string, to: string, method: string): Fate;
}

export class Network {
  readonly #ports: NetworkPorts;
  readonly #random: SeededRandom;
  /** Calls sent so far, by method. */
  readonly sent = new Map<string, number>();

  constructor(ports: NetworkPorts) {
    this.#ports = ports;
    this.#random = ports.world.random.fork();
  }

  /** How long the next message takes. A few are slow. */
  delay(): number {
    const { maxDelayMs } = this.#ports;
    const isSlow = this.#random.chance(0.05);
    return this.#random.int(1, isSlow ? 4 * maxDelayMs : maxDelayMs);
  }

  /** Calls a method of another actor. Like an RPC, it passes copies. */
  call<Result>(from: Instance, to: string, method: string, ...args: unknown[]): Promise<Result> {
    const { world } = this.#ports;
    const copy = structuredClone(args);
    return new Promise<Result>((resolve, reject) => {
      const settle = (settled: () => void) => {
        from.callsUnderWay -= 1;
        if (from.isAlive) settled();
      };
      const breakOff = () =>
        world.after(this.delay(), () =>
          settle(() => reject(new Unreachable("The connection was lost."))),
        );
      from.callsUnderWay += 1;
      gate(from, () => {
        const fate = this.#ports.fate(from.name, to, method);
        this.sent.set(method, (this.sent.get(method) ?? 0) + 1);
        world.note(`${from.name} ${method} ${to} ${fate}`);
        if (fate !== "made") breakOff();
        if (fate === "lost") return;
        const answered = fate === "made" ? settle : () => {};
        const delay = this.delay() + (fate === "late" ? this.#random.int(0, 3000) : 0);
        world.after(delay, () => {
          this.#arrive(
            to,
            { method, args: copy },
            {
              result: (value) => answered(() => resolve(value as Result)),
              broken: (error) => answered(() => reject(error)),
            },
          );
        });
      });
    });
  }

  #arrive(to: string, { method, args }: Call, answer: Answer): void {
    const { world } = this.#ports;
    const callee = this.#ports.instance(to);
    const send = (deliver: () => void) => {
      if (!callee.onEnd.delete(onEnd)) return;
      callee.callsUnderWay -= 1;
      callee.lastUsedAt = world.now;
      world.after(this.delay(), deliver);
    };
    const onEnd = () => send(() => answer.broken(new Unreachable("The actor has ended.")));
    callee.onEnd.add(onEnd);
    callee.callsUnderWay += 1;
    callee.lastUsedAt = world.now;
    world.note(`${method} at ${to}`);
    Promise.try(callee.methods[method]!, ...args).then(
      (value) => {
        const copy = structuredClone(value);
        gate(callee, () => send(() => answer.result(copy)));
      },
      (error: Error) => gate(callee, () => send(() => answer.broken(error))),
    );
  }
}

interface Call {
  readonly method: string;
  readonly args: readonly unknown[];
}

interface Answer {
  readonly result: (value: unknown) => void;
  readonly broken: (error: Error) => void;
}

/** Nothing leaves an actor before what it has written is durable. */
function gate({ disk }: Instance, open: () => void): void {
  if (disk) disk.gate(open);
  else open();
}
