/** A cluster: who is asked, who is asked next, and for how long it is tried. */
import { describe, expect, test } from "vitest";

import { listTopics } from "../../src/client/admin/topics.ts";
import { Cluster } from "../../src/client/cluster.ts";
import { KafkaError } from "../../src/client/kafka-error.ts";
import { throwErrorOf } from "../../src/client/kafka-error.ts";
import { ErrorCode } from "../../src/protocol/errors.ts";
import { findCoordinator } from "../../src/protocol/messages/10-find-coordinator.ts";
import { heartbeat } from "../../src/protocol/messages/12-heartbeat.ts";
import { ScriptedNetwork } from "./scripted-network.ts";

const QUICK = { retryBackoffMs: 1, retryBackoffMaxMs: 5, apiTimeoutMs: 1_000 };

describe("brokers", () => {
  test("are asked in turn until one answers, and those that do not are told", async () => {
    const network = new ScriptedNetwork("a:1", "b:2", "c:3").serveMetadata([1]);
    network.absent.add("a:1").add("b:2");
    const unreachable: string[] = [];
    const onUnreachable = (address: string) => unreachable.push(address);
    const cluster = new Cluster(network, { ...QUICK, onUnreachable });
    await listTopics(cluster);
    expect(network.seen).toMatchObject([{ name: "Metadata", address: "c:3" }]);
    expect(unreachable).toEqual(["a:1", "b:2"]);
  });

  test("have one connection each, however many ask at once", async () => {
    const network = new ScriptedNetwork().serveMetadata([1, 2]);
    const cluster = new Cluster(network, QUICK);
    const connections = await Promise.all([2, 2, 1, 2].map((id) => cluster.broker(id)));
    expect(new Set(connections).size).toBe(2);
    expect(connections.map(({ address }) => address)).toEqual(
      [2, 2, 1, 2].map((id) => `broker-${id}:9092`),
    );
  });

  test("are connected to again after their connection has ended", async () => {
    const network = new ScriptedNetwork().serveMetadata([1]);
    const cluster = new Cluster(network, QUICK);
    const first = await cluster.broker(1);
    first.close();
    await first.closed;
    const second = await cluster.broker(1);
    expect(second).not.toBe(first);
    expect(second.isOpen).toBe(true);
  });

  test("are left alone once the client is closed", async () => {
    const network = new ScriptedNetwork().serveMetadata([1]);
    const cluster = new Cluster(network, QUICK);
    await listTopics(cluster);
    cluster.close();
    const { length } = network.seen;
    await expect(cluster.metadata(null)).rejects.toMatchObject({ retriable: false });
    await expect(listTopics(cluster)).rejects.toMatchObject({ message: "The client is closed." });
    expect(network.seen).toHaveLength(length);
  });

  test("that nobody knows may still come: the error is retriable", async () => {
    const cluster = new Cluster(new ScriptedNetwork().serveMetadata([1]), QUICK);
    await expect(cluster.broker(9)).rejects.toMatchObject({ retriable: true });
  });
});

describe("what fails for the moment", () => {
  test("is tried again until it succeeds", async () => {
    const cluster = new Cluster(new ScriptedNetwork(), QUICK);
    let attempts = 0;
    const result = await cluster.retry("Trying", async () => {
      if (++attempts < 4) throw new KafkaError("NOT_CONTROLLER");
      return attempts;
    });
    expect(result).toBe(4);
  });

  test("is given up at the deadline, with the last reason", async () => {
    const cluster = new Cluster(new ScriptedNetwork(), { ...QUICK, apiTimeoutMs: 40 });
    const failing = cluster.retry("Trying", async () => {
      throw new KafkaError("LEADER_NOT_AVAILABLE", "no leader yet");
    });
    const message = "Trying did not succeed within 40 ms: no leader yet";
    await expect(failing).rejects.toMatchObject({ code: "REQUEST_TIMED_OUT", message });
  });

  test.each([
    ["a final error", new KafkaError("TOPIC_ALREADY_EXISTS")],
    ["a mistake of ours", new TypeError("undefined is not a function")],
  ])("does not include %s", async (_title, error) => {
    const cluster = new Cluster(new ScriptedNetwork(), QUICK);
    let attempts = 0;
    const failing = cluster.retry("Trying", async () => {
      attempts++;
      throw error;
    });
    await expect(failing).rejects.toBe(error);
    expect(attempts).toBe(1);
  });
});

test("a coordinator that has moved is looked up again", async () => {
  let coordinator = 1;
  const network = new ScriptedNetwork().serveMetadata([1, 2]);
  network.serve(findCoordinator, ({ coordinatorKeys }) => {
    const node = { nodeId: coordinator, host: `broker-${coordinator}`, port: 9092 };
    const found = { ...node, key: coordinatorKeys[0]!, errorCode: 0, errorMessage: null };
    return { coordinators: [found] };
  });
  network.serve(heartbeat, (_request, { address }) => {
    if (address === "broker-2:9092") return { errorCode: 0 };
    coordinator = 2;
    return { errorCode: ErrorCode.NOT_COORDINATOR };
  });
  const cluster = new Cluster(network, QUICK);
  await cluster.retry("Beating", async () => {
    const connection = await cluster.coordinator("g");
    const request = { groupId: "g", generationId: 1, memberId: "m" };
    throwErrorOf((await connection.call(heartbeat, request)).errorCode);
  });
  const beats = network.seen.filter(({ name }) => name === "Heartbeat");
  expect(beats.map(({ address }) => address)).toEqual(["broker-1:9092", "broker-2:9092"]);
});
