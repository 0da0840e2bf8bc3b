/** The command line when whoever reads its output leaves, as `head` does. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

import { afterAll, beforeAll, expect, test } from "vitest";

import type { Odradek } from "../support/serve.ts";
import { startOdradek } from "../support/serve.ts";
import { odradekCommand } from "./odradek-tools.ts";

let odradek: Odradek;
beforeAll(async () => (odradek = await startOdradek()));
afterAll(() => odradek.stop());

test("[A9] a tool whose output nobody reads ends as it would have, and complains of nothing", async () => {
  const words = odradekCommand("api-versions", odradek.bootstrap, []);
  const tool = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
  tool.stdout.destroy();
  const [said, ended] = await Promise.all([text(tool.stderr), once(tool, "close")]);
  expect([said, ended]).toEqual(["", [0, null]]);
});
