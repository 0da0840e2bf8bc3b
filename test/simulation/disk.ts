/**
 * An actor's storage: what one turn writes is one commit, which is durable some time later. A crash
 * loses what is not durable yet; what is, is kept as the statements that made it.
 */
import type { Sql, SqlRow, SqlValue } from "../../src/base/sql.ts";
import { NodeSql } from "../support/node-sql.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { World } from "./world.ts";

/** A write, as it was asked for. */
export interface Statement {
  /** Null where everything was deleted. */
  readonly query: string | null;
  readonly bindings: readonly SqlValue[];
}

interface Gate {
  readonly writes: number;
  readonly open: () => void;
}

export class Disk implements Sql {
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #maxLatencyMs: number;
  #sql = new NodeSql();
  /** Every statement that wrote, in order. */
  #journal: Statement[] = [];
  /** How many writes there were, how many of them are in a commit, and how many are durable. */
  #written = 0;
  #committed = 0;
  #durable = 0;
  #durableLength = 0;
  #lastCommitAt = 0;
  #inTransaction = false;
  #gates: Gate[] = [];
  #generation = 0;
  commitCount = 0;
  /** Is told of what has become durable, in order. */
  onDurable: ((writes: readonly Statement[]) => void) | null = null;
  /** Is told when what is not durable has been lost. */
  onCrash: (() => void) | null = null;

  constructor(world: World, maxLatencyMs: number) {
    this.#world = world;
    this.#random = world.random.fork();
    this.#maxLatencyMs = maxLatencyMs;
  }

  all<Row extends SqlRow>(query: string, ...bindings: SqlValue[]): Row[] {
    return this.#sql.all<Row>(query, ...bindings);
  }

  get<Row extends SqlRow>(query: string, ...bindings: SqlValue[]): Row | undefined {
    return this.#sql.get<Row>(query, ...bindings);
  }

  run(query: string, ...bindings: SqlValue[]): void {
    this.#sql.run(query, ...bindings);
    const copies = bindings.map((value) => (value instanceof Uint8Array ? value.slice() : value));
    this.#wrote({ query, bindings: copies });
  }

  transaction<Result>(
    change: () => Result extends Promise<unknown> ? never : Result,
  ): Result extends Promise<unknown> ? never : Result {
    const { length } = this.#journal;
    this.#inTransaction = true;
    try {
      return this.#sql.transaction(change);
    } catch (error) {
      this.#journal.length = length;
      throw error;
    } finally {
      this.#inTransaction = false;
      if (this.#journal.length > length) this.#commitAtTurnEnd();
    }
  }

  /** Frees everything. */
  deleteAll(): Promise<void> {
    this.#sql.close();
    this.#sql = new NodeSql();
    this.#wrote({ query: null, bindings: [] });
    return this.sync();
  }

  /** Resolves when all that has been written is durable. */
  sync(): Promise<void> {
    return new Promise((resolve) => this.gate(resolve));
  }

  /** The output gate: calls `open` once all that has been written is durable. */
  gate(open: () => void): void {
    if (this.#durable === this.#written) open();
    else this.#gates.push({ writes: this.#written, open });
  }

  get isDurable(): boolean {
    return this.#durable === this.#written;
  }

  /** What was not durable is lost, and nobody is told any more. */
  crash(): void {
    this.#generation += 1;
    this.#gates = [];
    this.#journal.length = this.#durableLength;
    this.#written = this.#committed = this.#durable;
    this.#sql.close();
    this.#sql = new NodeSql();
    const start = this.#journal.findLastIndex(({ query }) => query === null) + 1;
    for (const { query, bindings } of this.#journal.slice(start)) {
      this.#sql.run(query!, ...bindings);
    }
    this.onCrash?.();
  }

  close(): void {
    this.#sql.close();
  }

  #wrote(statement: Statement): void {
    this.#journal.push(statement);
    if (!this.#inTransaction) this.#commitAtTurnEnd();
  }

  #commitAtTurnEnd(): void {
    this.#written += 1;
    const generation = this.#generation;
    this.#world.atTurnEnd(() => {
      if (generation === this.#generation) this.#commit();
    });
  }

  #commit(): void {
    if (this.#committed === this.#written) return;
    this.#committed = this.#written;
    this.commitCount += 1;
    const [writes, length, generation] = [this.#written, this.#journal.length, this.#generation];
    const latency = this.#random.int(0, this.#maxLatencyMs);
    this.#lastCommitAt = Math.max(this.#lastCommitAt, this.#world.now) + latency;
    this.#world.after(this.#lastCommitAt - this.#world.now, () => {
      if (generation !== this.#generation) return;
      this.onDurable?.(this.#journal.slice(this.#durableLength, length));
      this.#durable = writes;
      this.#durableLength = length;
      const open = this.#gates.filter((gate) => gate.writes <= writes);
      this.#gates = this.#gates.filter((gate) => gate.writes > writes);
      for (const gate of open) gate.open();
    });
  }
}
