/**
 * The suites, as vitest projects. `npm test` runs one after the other; `npx vitest run <paths>`
 * runs single files. Node runs all but `worker`, whose tests are in workerd beside the actors.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { parse } from "smol-toml";
import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";
import type { TestSpecification } from "vitest/node";

const UNIT_FOLDERS =
  "base,config,client,protocol,log,controller,group,replication,broker,gateway,cli,simulation,bench";

/** A suite that starts real processes: its files take turns, and each test may take a while. */
function processes(name: string, include: string[], globalSetup: string[] = []) {
  const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 };
  return { test: { name, include, globalSetup, ...timeouts, fileParallelism: false } };
}

/** Runs the file that looks back on the others after them, and else in Vitest's own order. */
class LookingBackLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const looksBack = ({ moduleId }: TestSpecification) =>
      moduleId.endsWith("/every-error.test.ts");
    return [...sorted.filter((file) => !looksBack(file)), ...sorted.filter(looksBack)];
  }
}

/** A copy of wrangler.toml that opens no Kafka ports: a server may be running on them. */
function configWithoutPorts(): string {
  const { connect: _, ...config } = parse(readFileSync("wrangler.toml", "utf8"));
  const path = "node_modules/.cache/worker-tests/wrangler.json";
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify({ ...config, main: resolve(config["main"] as string) }));
  return path;
}

export default defineConfig({
  test: {
    passWithNoTests: true,
    sequence: { sequencer: LookingBackLast },
    projects: [
      {
        test: {
          name: "unit",
          include: [`test/{${UNIT_FOLDERS}}/**/*.test.ts`, "test/tidy.test.ts"],
        },
      },
      {
        plugins: [cloudflareTest({ wrangler: { configPath: configWithoutPorts() } })],
        test: { name: "worker", include: ["test/worker/**/*.test.ts"], testTimeout: 60_000 },
      },
      processes("clients", ["test/clients/**/*.test.ts"]),
      processes(
        "conformance",
        ["test/{oracle,conformance}/**/*.test.ts"],
        ["./test/conformance/targets.ts"],
      ),
      processes("differential", ["test/differential/**/*.test.ts"]),
      processes("browser", ["test/browser/**/*.test.ts"]),
    ],
  },
});
