/** The bindings of the Worker under test, as `cloudflare:workers` gives them. */
import type { Env as WorkerEnv } from "../../src/actors/env.ts";

declare global {
  namespace Cloudflare {
    interface Env extends WorkerEnv {}
  }
}
