/** One connection: which versions are spoken, who gets which answer, and how it ends. */
import { describe, expect, test } from "vitest";

import { Connection } from "../../src/client/connection.ts";
import { ErrorCode } from "../../src/protocol/errors.ts";
import { heartbeat } from "../../src/protocol/messages/12-heartbeat.ts";
import { apiVersions } from "../../src/protocol/messages/18-api-versions.ts";
import { describeCluster } from "../../src/protocol/messages/60-describe-cluster.ts";
import { CLOSE, ScriptedNetwork, SILENCE } from "./scripted-network.ts";

const OPTIONS = { clientId: "test", connectTimeoutMs: 1_000, requestTimeoutMs: 1_000 };
const BEAT = { groupId: "g", generationId: 1, memberId: "m" };

const open = (network: ScriptedNetwork, options: Partial<typeof OPTIONS> = {}) =>
  Connection.open(network, "broker-1:9092", { ...OPTIONS, ...options });

describe("versions", () => {
  test.each([
    ["the broker's highest, where it is the older one", { min: 0, max: 2 }, 2],
    ["ours, where we are", { min: 0, max: 99 }, heartbeat.versions.max],
  ])("a request is sent in %s", async (_title, versions, expected) => {
    const network = new ScriptedNetwork().serve(heartbeat, () => ({ errorCode: 0 }), versions);
    const connection = await open(network);
    await connection.call(heartbeat, BEAT);
    expect(network.seen).toMatchObject([{ name: "Heartbeat", version: expected }]);
  });

  test("a request is sent in no higher one than its caller has a use for", async () => {
    const network = new ScriptedNetwork().serve(heartbeat, () => ({ errorCode: 0 }));
    const connection = await open(network);
    await connection.call(heartbeat, BEAT, { maxVersion: 1 });
    expect(network.seen).toMatchObject([{ version: 1 }]);
  });

  test("an API without a version in common, or unknown to the broker, is UNSUPPORTED_VERSION", async () => {
    const later = { min: 90, max: 99 };
    const network = new ScriptedNetwork().serve(heartbeat, () => ({ errorCode: 0 }), later);
    const connection = await open(network);
    const code = "UNSUPPORTED_VERSION";
    await expect(connection.call(heartbeat, BEAT)).rejects.toMatchObject({ code });
    const unknown = connection.call(describeCluster, { includeClusterAuthorizedOperations: false });
    await expect(unknown).rejects.toMatchObject({ code });
    expect(network.seen).toEqual([]);
  });

  test("what a version cannot say is UNSUPPORTED_VERSION, and the connection lives on", async () => {
    const old = { min: 0, max: 2 };
    const network = new ScriptedNetwork().serve(heartbeat, () => ({ errorCode: 0 }), old);
    const connection = await open(network);
    const asStatic = connection.call(heartbeat, { ...BEAT, groupInstanceId: "i" });
    await expect(asStatic).rejects.toMatchObject({ code: "UNSUPPORTED_VERSION" });
    expect(await connection.call(heartbeat, BEAT)).toMatchObject({ errorCode: 0 });
  });

  test("a broker that is too old for our ApiVersions is asked again in one of its own", async () => {
    const asked: number[] = [];
    const network = new ScriptedNetwork().serve(heartbeat, () => ({ errorCode: 0 }));
    network.serve(apiVersions, (_request, { version }) => {
      asked.push(version);
      const apiKeys = [
        { apiKey: apiVersions.key, minVersion: 0, maxVersion: 1 },
        { apiKey: heartbeat.key, minVersion: 0, maxVersion: 3 },
      ];
      return { errorCode: version > 1 ? ErrorCode.UNSUPPORTED_VERSION : 0, apiKeys };
    });
    const connection = await open(network);
    expect(asked).toEqual([4, 1]);
    expect(connection.commonVersion(heartbeat)).toBe(3);
  });
});

describe("answers", () => {
  test("go to the requests in their order, though all were sent at once", async () => {
    let generation = 0;
    const network = new ScriptedNetwork().serve(heartbeat, ({ generationId }) => {
      expect(generationId).toBe(++generation);
      return { errorCode: generationId };
    });
    const connection = await open(network);
    const calls = [1, 2, 3].map((generationId) =>
      connection.call(heartbeat, { ...BEAT, generationId }),
    );
    const codes = (await Promise.all(calls)).map(({ errorCode }) => errorCode);
    expect(codes).toEqual([1, 2, 3]);
  });

  test("that do not come in time end the connection for all who wait", async () => {
    const network = new ScriptedNetwork().serve(heartbeat, () => SILENCE);
    const connection = await open(network, { requestTimeoutMs: 30 });
    const [first, second] = [1, 2].map(() => connection.call(heartbeat, BEAT));
    await expect(first).rejects.toMatchObject({ code: "REQUEST_TIMED_OUT", retriable: true });
    await expect(second).rejects.toMatchObject({ code: "REQUEST_TIMED_OUT" });
    expect(connection.isOpen).toBe(false);
    expect((await connection.closed).code).toBe("REQUEST_TIMED_OUT");
  });

  test("may take longer where the request says so", async () => {
    const network = new ScriptedNetwork().serve(heartbeat, async () => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      return { errorCode: 0 };
    });
    const connection = await open(network, { requestTimeoutMs: 30 });
    const answer = await connection.call(heartbeat, BEAT, { timeoutMs: 1_000 });
    expect(answer.errorCode).toBe(0);
  });

  test("that never come, because the broker has gone, are NETWORK_EXCEPTION", async () => {
    const network = new ScriptedNetwork().serve(heartbeat, () => CLOSE);
    const connection = await open(network);
    const code = "NETWORK_EXCEPTION";
    await expect(connection.call(heartbeat, BEAT)).rejects.toMatchObject({ code, retriable: true });
    await expect(connection.call(heartbeat, BEAT)).rejects.toMatchObject({ code });
  });
});

test("where nobody listens there is no connection, and the error says why", async () => {
  const network = new ScriptedNetwork();
  network.absent.add("broker-1:9092");
  const message = "No connection to broker-1:9092: nobody listens there.";
  await expect(open(network)).rejects.toMatchObject({ code: "NETWORK_EXCEPTION", message });
});
