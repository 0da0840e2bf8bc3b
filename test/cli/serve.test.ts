/** `odradek serve` as a person meets it: processes, ports, signals, and a directory that stays. */
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { freePorts } from "../support/free-ports.ts";
import type { ServeProcess, ServeProcessOptions } from "../support/serve-process.ts";
import { startServe } from "../support/serve-process.ts";

const CONFIG = ["--config", join(import.meta.dirname, "echo-worker/wrangler.toml")];

const PATIENCE = { timeout: 5_000 };

interface Echo {
  readonly vars: Record<string, string>;
  readonly page: string;
  readonly count: number;
}

let data: string;
const servers: ServeProcess[] = [];

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "odradek-serve-"));
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  rmSync(data, { recursive: true, force: true });
});

describe("[D1] odradek serve", { timeout: 30_000 }, () => {
  test("listens on a port per broker and on one for HTTP, and says where", async () => {
    const server = await ready();
    const ports = [server.port, server.port + 1, server.port + 2];
    const local = ports.map((port) => `127.0.0.1:${port}`);
    expect(await Promise.all(ports.map(hears))).toEqual(local);
    expect(server.said()).toContain(`Kafka       ${local.join(",")}\n`);
    expect(server.said()).toContain(`http://127.0.0.1:${server.httpPort}\n`);
    expect((await echo(server)).page).toBe("<h1>echo</h1>\n");
  });

  test("gives its flags to the Worker in place of the file's variables", async () => {
    const flags = ["--advertised-host", "kafka.example", "--override", "log.retention.ms=60000"];
    const origins = ["https://a.example", "http://b.example:81"];
    for (const origin of origins) flags.push("--allow-origin", origin);
    flags.push("--override", 'sasl.jaas.config=a=b "c"');
    const { vars } = await echo(await ready({ flags, brokers: 1 }));
    expect(vars).toMatchObject({
      GREETING: '"quoted"\n\u0001',
      BROKERS: "1",
      ADVERTISED_HOST: "kafka.example",
      ALLOW_ORIGIN: origins.join(","),
    });
    expect(JSON.parse(vars["BROKER_CONFIG"] ?? "")).toEqual({
      "log.retention.ms": "60000",
      "sasl.jaas.config": 'a=b "c"',
    });
  });

  test("keeps data and cluster id over a restart, and ends with 0 on SIGTERM", async () => {
    const first = await ready();
    const { vars, count } = await echo(first);
    expect(vars["CLUSTER_ID"]).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/);
    expect(readFileSync(join(data, "meta.properties"), "utf8")).toBe(
      `version=1\ncluster.id=${vars["CLUSTER_ID"]}\n`,
    );
    expect(await first.stop()).toBe(0);
    expect(first.said()).toMatch(/\nStopped\.\n$/);
    expect(existsSync(join(data, "serve.pid"))).toBe(false);

    const again = await echo(await ready());
    expect(again.vars["CLUSTER_ID"]).toBe(vars["CLUSTER_ID"]);
    expect(again.count).toBe(count + 1);
  });

  test("stops although a client stays connected", async () => {
    const server = await ready();
    const client = connect(server.port, "127.0.0.1").on("error", () => {});
    await once(client, "data");
    expect(await server.stop()).toBe(0);
    client.destroy();
  });

  test("refuses a directory that another server uses, and takes it when that one was killed", async () => {
    const first = await ready();
    const second = await start();
    expect(await second.ended()).toBe(1);
    expect(second.said()).toContain(`Another server (process ${first.process.pid}) uses ${data}.`);

    first.process.kill("SIGKILL");
    expect(await first.ended()).toBe("SIGKILL");
    await ready();
  });

  test("refuses a directory of another version", async () => {
    writeFileSync(join(data, "meta.properties"), "version=2\ncluster.id=x\n");
    const server = await start();
    expect(await server.ended()).toBe(1);
    expect(server.said()).toContain("is not of this version of Odradek");
  });

  test("names each port that is taken and the flag that chooses another", async () => {
    const port = (await freePorts(4)) + 1;
    const other = createServer().listen(port + 1, "127.0.0.1");
    await once(other, "listening");
    const server = await start({ port });
    expect(await server.ended()).toBe(1);
    expect(server.said()).toBe(
      `Another program listens on port ${port + 1} already.\n` +
        "Stop it, or choose other ports with --port.\n",
    );
    other.close();
  });

  test("starts workerd again and says so when it is killed, as often as it is killed", async () => {
    const server = await ready();
    await echo(server);
    for (let death = 1; death <= 3; death++) {
      process.kill(server.workerdPid(), "SIGKILL");
      await server.says(`restart ${death}.\n`);
      expect((await echo(server)).count).toBe(death + 1);
    }
    expect(server.said().split("workerd was killed by SIGKILL; starting it again")).toHaveLength(4);
  });

  test("leaves no workerd behind when it is killed itself", async () => {
    const server = await ready();
    server.process.kill("SIGKILL");
    await server.ended();
    await expect.poll(() => hears(server.port).catch(codeOf), PATIENCE).toBe("ECONNREFUSED");
  });

  test("shows what is wrong with a Worker that does not build or does not load", async () => {
    const toml = join(data, "wrangler.toml");
    writeFileSync(toml, 'name = "x"\nmain = "worker.js"\ncompatibility_date = "2026-11-17"\n');
    for (const [code, message] of [
      ["const ;", "The Worker does not build."],
      ['throw new Error("at once");', "at once"],
    ] as const) {
      writeFileSync(join(data, "worker.js"), code);
      const server = await start({ flags: ["--config", toml] });
      expect(await server.ended()).toBe(1);
      expect(server.said()).toContain(message);
    }
  });

  test("refuses flags that make no sense, with a sentence", async () => {
    for (const [flags, sentence] of [
      [["--port", "65535"], "leaves no room for 3 brokers"],
      [["--port", "0"], "It must be a port from 1 to 65535."],
      [["--port", "9000", "--http-port", "9002"], "is one of the brokers' ports (9000 to 9002)"],
      [["--override", "=1"], "An override looks like"],
      [["--allow-origin", "https://x.example/"], "An origin looks like"],
    ] as const) {
      const server = await startServe({ data, port: 9000, flags });
      expect(await server.ended()).toBe(1);
      expect(server.said()).toContain(sentence);
    }
  });
});

async function start(options: Partial<ServeProcessOptions> = {}): Promise<ServeProcess> {
  const server = await startServe({ data, flags: CONFIG, ...options });
  servers.push(server);
  return server;
}

async function ready(options: Partial<ServeProcessOptions> = {}): Promise<ServeProcess> {
  const server = await start({ ...options, flags: [...CONFIG, ...(options.flags ?? [])] });
  await server.says("Ctrl-C stops it.");
  return server;
}

async function echo(server: ServeProcess): Promise<Echo> {
  const response = await fetch(`http://127.0.0.1:${server.httpPort}/`);
  return (await response.json()) as Echo;
}

async function hears(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  try {
    const [bytes] = (await once(socket, "data")) as [Uint8Array];
    return new TextDecoder().decode(bytes);
  } finally {
    socket.destroy();
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
