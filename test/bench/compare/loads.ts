/** All loads, in the order in which a round runs them and the table shows them. */
import type { Load } from "./load.ts";
import { latency } from "./loads/latency.ts";
import { singleRecords } from "./loads/single-records.ts";
import { memory, start } from "./loads/start-and-memory.ts";
import { throughput } from "./loads/throughput.ts";

/** Those of a server as it was started come first. */
export const LOADS: readonly Load[] = [start, memory, ...throughput, ...singleRecords, latency];
