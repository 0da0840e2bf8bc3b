/**
 * Bundles the Worker with esbuild as wrangler does it: the same conditions, the same modules left
 * to the runtime. Names are kept and nothing is minified, so that a stack in a log can be read.
 */
import type { Loader } from "esbuild";
import { build, stop } from "esbuild";

import { CommandError } from "./command-error.ts";
import type { ModuleRule, WorkerManifest } from "./worker-manifest.ts";

const LOADERS: Record<ModuleRule["type"], Loader> = {
  Text: "text",
  Data: "binary",
  CompiledWasm: "copy",
};

/** A file that workerd loads: the bundle itself, or a WebAssembly module beside it. */
export interface WorkerModule {
  /** The file's name in the directory that the bundle was written to. */
  readonly name: string;
  readonly type: "esModule" | "wasm";
}

/** Writes the Worker's modules to `directory`; the entry comes first. */
export async function bundleWorker(
  manifest: WorkerManifest,
  directory: string,
): Promise<WorkerModule[]> {
  const result = await build({
    entryPoints: { worker: manifest.main },
    outdir: directory,
    absWorkingDir: directory,
    bundle: true,
    format: "esm",
    target: "esnext",
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*", "workerd:*"],
    loader: Object.fromEntries(manifest.rules.map((rule) => [rule.extension, LOADERS[rule.type]])),
    metafile: true,
    logLevel: "silent",
  }).catch((error: unknown) => {
    throw new CommandError(`The Worker does not build.\n${String(error)}`);
  });
  await stop();
  return Object.keys(result.metafile.outputs)
    .map((name): WorkerModule => ({ name, type: name.endsWith(".wasm") ? "wasm" : "esModule" }))
    .toSorted((a, b) => Number(b.name === "worker.js") - Number(a.name === "worker.js"));
}
