/**
 * What a server spends on a record. Where other programs use the machine too, it says more than a
 * rate does: they take time from a server, but add little to what its work costs.
 */
import type { Figure, Measured } from "./load.ts";
import type { Server } from "./target.ts";

export const SERVER_CPU: Figure = { name: "server's CPU", unit: "µs a record", better: "lower" };

/** Does `work`, which tells how many records it moved, and adds what the server spent on each. */
export async function withServerCpu(
  server: Server,
  work: () => Promise<{ records: number; figures: Measured }>,
): Promise<Measured> {
  const before = server.cpuMs();
  const { records, figures } = await work();
  const spentMs = server.cpuMs() - before;
  return { ...figures, [SERVER_CPU.name]: (spentMs * 1000) / records };
}
