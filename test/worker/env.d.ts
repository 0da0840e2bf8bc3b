/** The bindings of the Worker under test, as `cloudflare:workers` gives them. */
declare namespace Cloudflare {
  interface Env extends Readonly<import("../../src/actors/env.ts").Env> {}
}
