/**
 * workerd's configuration, in Cap'n Proto's text form: one Worker, its Durable Objects on a disk,
 * an HTTP socket and a TCP socket for each broker. All listeners lead to the same Worker, which
 * tells them apart by the port that a connection came in by.
 */
import type { WorkerModule } from "./bundle.ts";
import type { WorkerManifest } from "./worker-manifest.ts";

/** Where workerd listens, what it runs and where it stores. */
export interface WorkerdSetup {
  readonly manifest: WorkerManifest;
  /** The entry first; paths are relative to the configuration's own file. */
  readonly modules: readonly WorkerModule[];
  /** In place of the manifest's own. */
  readonly vars: Readonly<Record<string, string>>;
  readonly host: string;
  readonly httpPort: number;
  /** One for each broker, in the order of their ids. */
  readonly kafkaPorts: readonly number[];
  /** The absolute path of the directory that holds the Durable Objects. */
  readonly storage: string;
}

/** A socket that workerd opens, under the name that it reports it by. */
export interface ListenSocket {
  readonly name: string;
  readonly port: number;
  readonly protocol: "http" | "tcp";
}

/** The sockets of a server: `http`, then `kafka-1`, `kafka-2` and so on. */
export function listenSockets(setup: Pick<WorkerdSetup, "httpPort" | "kafkaPorts">) {
  return [
    { name: "http", port: setup.httpPort, protocol: "http" },
    ...setup.kafkaPorts.map((port, index): ListenSocket => {
      return { name: `kafka-${index + 1}`, port, protocol: "tcp" };
    }),
  ] as const satisfies ListenSocket[];
}

/** An address with its port, with IPv6 addresses in brackets. */
export function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * The configuration as text. A class's `uniqueKey` names its directory on disk and is hashed into
 * every object's id: a new one would be a new, empty set of objects.
 */
export function workerdConfig(setup: WorkerdSetup): string {
  const { manifest } = setup;
  const vars = { ...manifest.vars, ...setup.vars };
  const modules = setup.modules.map(({ name, type }) => {
    return `(name = ${quote(name)}, ${type} = embed ${quote(name)})`;
  });
  const bindings = [
    ...Object.entries(vars).map(([name, value]) => {
      return `(name = ${quote(name)}, text = ${quote(value)})`;
    }),
    ...manifest.durableObjects.map(({ name, className }) => {
      return `(name = ${quote(name)}, durableObjectNamespace = ${quote(className)})`;
    }),
  ];
  const namespaces = manifest.durableObjects.map(({ className }) => {
    const uniqueKey = quote(`${manifest.name}-${className}`);
    return `(className = ${quote(className)}, uniqueKey = ${uniqueKey}, enableSql = true)`;
  });
  const sockets = listenSockets(setup).map(({ name, port, protocol }) => {
    const address = quote(hostPort(setup.host, port));
    return `(name = ${quote(name)}, address = ${address}, ${protocol} = (), service = "worker")`;
  });
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "storage", disk = (path = ${quote(setup.storage)}, writable = true)),
  ],
  sockets = ${list(sockets)},
);

const worker :Workerd.Worker = (
  compatibilityDate = ${quote(manifest.compatibilityDate)},
  compatibilityFlags = ${list(manifest.compatibilityFlags.map(quote))},
  modules = ${list(modules)},
  bindings = ${list(bindings)},
  durableObjectNamespaces = ${list(namespaces)},
  durableObjectStorage = (localDisk = "storage"),
);
`;
}

/** JSON's escapes are Cap'n Proto's, but for \`\\u\`, which it does not know: those go by byte. */
function quote(text: string): string {
  return JSON.stringify(text).replace(/\\u00([0-9a-f]{2})/g, "\\x$1");
}

function list(items: readonly string[]): string {
  return items.length === 0 ? "[]" : `[\n    ${items.join(",\n    ")},\n  ]`;
}
