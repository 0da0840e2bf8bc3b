/**
 * What `wrangler.toml` says about the Worker, as far as a server needs it. The file is the one
 * place for bindings; wrangler itself is not asked, since starting it would cost a second.
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { parse } from "smol-toml";

import { CommandError } from "./command-error.ts";

/** The Worker: its code, its bindings, and how other files are imported into it. */
export interface WorkerManifest {
  readonly name: string;
  /** The absolute path of the entry module. */
  readonly main: string;
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly vars: Readonly<Record<string, string>>;
  readonly durableObjects: readonly DurableObjectBinding[];
  readonly rules: readonly ModuleRule[];
}

/** A namespace of Durable Objects: all are stored in SQLite. */
export interface DurableObjectBinding {
  readonly name: string;
  readonly className: string;
}

/** Files of one extension (with its dot) become modules of one type. */
export interface ModuleRule {
  readonly type: "Text" | "Data" | "CompiledWasm";
  readonly extension: string;
}

/** The part of the file that is read here; wrangler checks the rest. */
interface WranglerToml {
  readonly name: string;
  readonly main: string;
  readonly compatibility_date: string;
  readonly compatibility_flags?: readonly string[];
  readonly vars?: Readonly<Record<string, string>>;
  readonly durable_objects?: { readonly bindings: readonly WranglerBinding[] };
  readonly rules?: readonly { readonly type: ModuleRule["type"]; readonly globs: string[] }[];
}

interface WranglerBinding {
  readonly name: string;
  readonly class_name: string;
}

/** Reads the manifest of the Worker that `path`, a `wrangler.toml`, describes. */
export function readWorkerManifest(path: string): WorkerManifest {
  const toml = parse(readFileSync(path, "utf8")) as unknown as WranglerToml;
  return {
    name: toml.name,
    main: resolve(dirname(path), toml.main),
    compatibilityDate: toml.compatibility_date,
    compatibilityFlags: toml.compatibility_flags ?? [],
    vars: toml.vars ?? {},
    durableObjects: (toml.durable_objects?.bindings ?? []).map((binding) => ({
      name: binding.name,
      className: binding.class_name,
    })),
    rules: (toml.rules ?? []).flatMap((rule) =>
      rule.globs.map((glob) => ({ type: rule.type, extension: extensionOf(glob) })),
    ),
  };
}

function extensionOf(glob: string): string {
  const match = /^\*\*\/\*(\.\w+)$/.exec(glob);
  if (!match?.[1]) throw new CommandError(`A rule's glob must look like **/*.html, not ${glob}.`);
  return match[1];
}
