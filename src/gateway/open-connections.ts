/**
 * The TCP connections of one gateway: how many there may be (`max.connections`,
 * `max.connections.per.ip`), and how long they may be silent (`connections.max.idle.ms`). One timer
 * is enough for all of them, and there is none while none is open.
 *
 * WebSockets are not among them. They cost nothing while they are silent, because their gateway
 * sleeps; a timer would keep it awake.
 */
import type { Clock, Millis } from "../base/clock.ts";
import type { Timers } from "../broker/ports.ts";
import type { BrokerConfig } from "../controller/broker-config.ts";

/** The longest delay that a timer can have. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** A connection, as far as its silence goes. */
export interface OpenConnection {
  readonly clientHost: string;
  /** When bytes last went either way. */
  readonly lastActiveAt: Millis;
  end(reason: string): void;
}

export interface OpenConnectionsPorts {
  /** As it is now: the numbers may be changed while the broker runs. */
  config(): Pick<BrokerConfig, "connectionsMaxIdleMs" | "maxConnections" | "maxConnectionsPerIp">;
  /** How many connections all gateways of the process have, and may have. */
  readonly process: { connections: number; readonly maxConnections: number };
  readonly clock: Clock;
  readonly timers: Timers;
}

export class OpenConnections {
  readonly #ports: OpenConnectionsPorts;
  readonly #open = new Set<OpenConnection>();
  readonly #countByHost = new Map<string, number>();
  #cancelTimer: (() => void) | null = null;

  constructor(ports: OpenConnectionsPorts) {
    this.#ports = ports;
  }

  /** Whether there is room for one more from this host. */
  admits(clientHost: string): boolean {
    const { process } = this.#ports;
    const config = this.#ports.config();
    return (
      process.connections < process.maxConnections &&
      this.#open.size < config.maxConnections &&
      (this.#countByHost.get(clientHost) ?? 0) < config.maxConnectionsPerIp
    );
  }

  add(connection: OpenConnection): void {
    const { clientHost } = connection;
    this.#open.add(connection);
    this.#ports.process.connections += 1;
    this.#countByHost.set(clientHost, (this.#countByHost.get(clientHost) ?? 0) + 1);
    if (!this.#cancelTimer) this.#lookAfter(this.#ports.config().connectionsMaxIdleMs);
  }

  /** The connection has ended. */
  delete(connection: OpenConnection): void {
    if (!this.#open.delete(connection)) return;
    this.#ports.process.connections -= 1;
    const { clientHost } = connection;
    const count = this.#countByHost.get(clientHost)! - 1;
    if (count > 0) this.#countByHost.set(clientHost, count);
    else this.#countByHost.delete(clientHost);
    if (this.#open.size > 0) return;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #lookAfter(delayMs: number): void {
    // A negative time is for ever, as in Kafka.
    if (delayMs < 0) return;
    const look = () => this.#look();
    this.#cancelTimer = this.#ports.timers.after(Math.min(delayMs, MAX_DELAY_MS), look);
  }

  /** Ends the silent ones, and looks again when the next one may have been silent for too long. */
  #look(): void {
    this.#cancelTimer = null;
    const now = this.#ports.clock.now();
    const maxIdleMs = this.#ports.config().connectionsMaxIdleMs;
    let longestMs = 0;
    for (const connection of this.#open) {
      const silentMs = now - connection.lastActiveAt;
      if (silentMs >= maxIdleMs) connection.end(`nothing came or went for ${silentMs} ms`);
      else longestMs = Math.max(longestMs, silentMs);
    }
    if (this.#open.size > 0) this.#lookAfter(maxIdleMs - longestMs);
  }
}
