/** What the limit of open files leaves to whom. */
import { expect, test } from "vitest";

import { maxAwakeActors, maxConnections } from "../../src/cli/open-files.ts";

test.each([1024, 4096, 20_000, 1_048_576])(
  "[BRK67] of %i files, actors and connections leave some to the rest",
  (openFiles) => {
    const brokers = 3;
    const actors = 3 * brokers * maxAwakeActors(openFiles, brokers);
    const connections = 2 * maxConnections(openFiles);
    expect(actors).toBeGreaterThan(openFiles / 2);
    expect(connections).toBeGreaterThan(openFiles / 4);
    expect(openFiles - actors - connections).toBeGreaterThan(0.09 * openFiles);
  },
);
