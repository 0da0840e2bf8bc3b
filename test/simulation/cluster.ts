/**
 * A cluster in a simulated world: the controller, the gateways of its brokers and the replicas,
 * each an actor that wakes when it is called, forgets everything when it ends, and keeps its disk.
 * What they do is the code that runs in production; what hosts it is here.
 */
import { allTopics } from "../../src/broker/all-topics.ts";
import { Broker } from "../../src/broker/broker.ts";
import { LearnedConfigs } from "../../src/broker/learned-configs.ts";
import { OffsetsTopicAppender } from "../../src/broker/offsets-topic-appender.ts";
import type { ControllerPort } from "../../src/broker/ports.ts";
import { parseBrokerConfig } from "../../src/controller/broker-config.ts";
import type { DynamicBrokerConfigs } from "../../src/controller/dynamic-configs.ts";
import type { ReplicaKey } from "../../src/controller/records.ts";
import type { GroupPort } from "../../src/group/group-calls.ts";
import { GroupCoordinator } from "../../src/group/group-coordinator.ts";
import { PartitionReplica } from "../../src/replication/partition-replica.ts";
import type { ReplicaControl, ReplicaPort, TailPush } from "../../src/replication/replica-calls.ts";
import { ControllerHost } from "./controller-host.ts";
import { Disk } from "./disk.ts";
import { type Fate, type Instance, Network } from "./network.ts";
import type { World } from "./world.ts";

export const BROKER_COUNT = 3;
const CONFIG = {
  "auto.create.topics.enable": "false",
  "log.retention.ms": "-1",
  "message.max.bytes": "4194304",
};

/** How long an actor is kept that nobody calls. */
const IDLE_MS = 15_000;

/** How long until the alarm wakes a controller that has crashed. */
const ALARM_MS = 1000;

export interface ClusterOptions {
  readonly maxDelayMs: number;
  readonly maxDiskLatencyMs: number;
  /** Broker configs besides the simulation's own. */
  readonly config?: Readonly<Record<string, string>>;
  fate(from: string, to: string, method: string): Fate;
}

export class Cluster {
  readonly world: World;
  readonly network: Network;
  readonly disks = new Map<string, Disk>();
  /** The brokers whose gateways are in memory. */
  readonly #brokers = new Map<Instance, Broker>();
  readonly #instances = new Map<string, Instance>();
  readonly #maxDiskLatencyMs: number;
  readonly #config: Readonly<Record<string, string>>;
  /** When each actor's alarm goes off. */
  readonly #alarms = new Map<string, number>();

  constructor(world: World, options: ClusterOptions) {
    this.world = world;
    this.#maxDiskLatencyMs = options.maxDiskLatencyMs;
    this.#config = { ...CONFIG, ...options.config };
    const { maxDelayMs, fate } = options;
    const instance = (name: string) => this.instance(name);
    this.network = new Network({ world, maxDelayMs, fate, instance });
  }

  /** An actor, woken if it is not in memory. */
  instance(name: string): Instance {
    const found = this.#instances.get(name);
    if (found) return found;
    this.world.note(`${name} wakes`);
    const created = this.#create(name);
    this.#instances.set(name, created);
    return created;
  }

  /** The names of the actors in memory that begin so. */
  awake(prefix: string): string[] {
    return [...this.#instances.keys()].filter((name) => name.startsWith(prefix));
  }

  /** The gateway of a broker, for a connection. */
  gateway(nodeId: number): { readonly instance: Instance; readonly broker: Broker } {
    const instance = this.instance(gatewayName(nodeId));
    return { instance, broker: this.#brokers.get(instance)! };
  }

  /** An actor ends: its memory is gone, and what it had not made durable. */
  crash(name: string): void {
    const instance = this.#instances.get(name);
    if (!instance) return;
    this.world.note(`${name} crashes`);
    this.#end(instance);
    instance.disk?.crash();
    // The controller's alarm survives it, and wakes it to do what was left undone.
    if (name === CONTROLLER) this.world.after(ALARM_MS, () => void this.instance(CONTROLLER));
  }

  /** Ends actors that have nothing to do, as the platform does after a while. */
  evictIdle(prefix: string): void {
    for (const instance of this.#instances.values()) {
      const { name, disk, callsUnderWay, lastUsedAt, onEnd } = instance;
      const isIdle =
        callsUnderWay === 0 && onEnd.size === 0 && this.world.now - lastUsedAt >= IDLE_MS;
      if (isIdle && name.startsWith(prefix) && (disk?.isDurable ?? true)) {
        this.world.note(`${name} is evicted`);
        this.#end(instance);
      }
    }
  }

  /** Commits that actors have made so far. */
  get commitCount(): number {
    return this.disks.values().reduce((sum, { commitCount }) => sum + commitCount, 0);
  }

  /** Frees what the disks hold. */
  close(): void {
    for (const disk of this.disks.values()) disk.close();
  }

  /** The disk of an actor, which need not have woken yet. */
  disk(name: string): Disk {
    let disk = this.disks.get(name);
    if (!disk) {
      disk = new Disk(this.world, this.#maxDiskLatencyMs);
      this.disks.set(name, disk);
    }
    return disk;
  }

  #end(instance: Instance): void {
    instance.isAlive = false;
    this.#instances.delete(instance.name);
    this.#brokers.delete(instance);
    for (const end of instance.onEnd) end();
  }

  #create(name: string): Instance {
    if (name === CONTROLLER) return this.#createController();
    if (name.startsWith("gateway/")) return this.#createGateway(name);
    return name.startsWith("group/") ? this.#createGroup(name) : this.#createReplica(name);
  }

  #createController(): Instance {
    const disk = this.disk(CONTROLLER);
    const instance = newInstance(CONTROLLER, disk, this.world.now);
    const host = new ControllerHost({
      sql: disk,
      random: this.world.random.fork(),
      brokerCount: BROKER_COUNT,
      config: parseBrokerConfig(this.#config),
      eraseReplica: (key) => this.network.call(instance, replicaName(key), "erase"),
      updateConfigs: (key, update) =>
        this.network.call(instance, replicaName(key), "updateConfigs", update),
      updateGateway: (brokerId, configs) =>
        this.network.call(instance, `gateway/${brokerId}`, "updateConfigs", configs),
      updateGroup: (groupId, configs) =>
        this.network.call(instance, groupName(groupId), "updateConfigs", configs),
      tellGroup: (groupId) => this.network.call(instance, groupName(groupId), "topicsChanged"),
      after: (delayMs, run) => this.#after(instance, delayMs, run),
    });
    return Object.assign(instance, { methods: methodsOf(host) });
  }

  #createGateway(name: string): Instance {
    const instance = newInstance(name, null, this.world.now);
    const random = this.world.random.fork();
    const told = new LearnedConfigs();
    const broker = new Broker({
      nodeId: Number(name.split("/")[1]),
      clusterId: "simulation",
      config: parseBrokerConfig(this.#config),
      brokers: 1,
      advertised: (nodeId) => ({ host: "simulated", port: 9091 + nodeId }),
      controller: told.learningFrom(this.#stub<ControllerPort>(instance, CONTROLLER)),
      replica: (key) =>
        told.tell(key, this.#stub<ReplicaPort & ReplicaControl>(instance, replicaName(key))),
      group: (groupId) => this.#stub<GroupPort>(instance, groupName(groupId)),
      gatewayName: name,
      timers: { after: (delayMs, run) => this.#after(instance, delayMs, run) },
      clock: { now: () => this.world.clock() },
      random,
    });
    this.#brokers.set(instance, broker);
    return Object.assign(instance, {
      methods: {
        push: (push: TailPush) => broker.tails.apply(push, this.world.clock()),
        updateConfigs: (configs: DynamicBrokerConfigs) => told.learn(configs),
        lost: (topicId: string, partition: number) => broker.refused(topicId, partition),
      },
    });
  }

  #createReplica(name: string): Instance {
    const disk = this.disk(name);
    const instance = newInstance(name, disk, this.world.now);
    const replica = new PartitionReplica({
      key: keyOf(name),
      sql: disk,
      clock: { now: () => this.world.clock() },
      random: this.world.random.fork(),
      brokerConfigs: this.#config,
      nextTurn: () => new Promise((resolve) => this.#after(instance, 0, resolve)),
      sync: () => disk.sync(),
      deleteAll: () => disk.deleteAll(),
      activate: (...args) => this.network.call(instance, CONTROLLER, "activateReplica", ...args),
      push: (gateway, push) => this.network.call(instance, gateway, "push", push),
      lost: (gateway, ...args) => this.network.call(instance, gateway, "lost", ...args),
      maintenance: { arm: () => {}, stop: () => {} },
      abort: (error) => this.world.fail(new Error(`${name} aborts`, { cause: error })),
    });
    return Object.assign(instance, { methods: methodsOf(replica) });
  }

  #createGroup(name: string): Instance {
    const disk = this.disk(name);
    const instance = newInstance(name, disk, this.world.now);
    const groupId = name.slice("group/".length);
    const controller = this.#stub<ControllerPort>(instance, CONTROLLER);
    const offsetsTopic = new OffsetsTopicAppender(groupId, {
      controller,
      config: parseBrokerConfig(this.#config),
      replica: (key) => this.#stub<ReplicaPort>(instance, replicaName(key)),
    });
    const coordinator = new GroupCoordinator({
      groupId,
      sql: disk,
      clock: { now: () => this.world.clock() },
      random: this.world.random.fork(),
      brokerConfigs: this.#config,
      groupConfigs: () => controller.groupConfigs(groupId),
      after: (delayMs, run) => this.#after(instance, delayMs, run),
      describeTopics: async (query) => {
        const { topics } = await controller.describeCluster(query);
        return topics.map((topic) => ({ ...topic, partitionCount: topic.partitions.length }));
      },
      topicNames: async () => (await allTopics(controller)).topics.map((topic) => topic.name),
      register: (registration) => controller.registerGroup(registration),
      allocateProducerId: async () => (await controller.allocateProducerIds()).firstProducerId,
      appendToOffsetsTopic: (batch) => offsetsTopic.append(batch),
      setAlarm: (due) => this.#setAlarm(name, due - this.world.clock()),
      deleteAll: () => disk.deleteAll(),
      abort: (error) => this.world.fail(new Error(`${name} aborts`, { cause: error })),
    });
    return Object.assign(instance, { methods: methodsOf(coordinator) });
  }

  /** Sets the alarm of an actor, which outlives it, unless it is set for an earlier time. */
  #setAlarm(name: string, delayMs: number): void {
    const at = this.world.now + Math.max(0, delayMs);
    if ((this.#alarms.get(name) ?? Infinity) <= at) return;
    this.#alarms.set(name, at);
    this.world.after(at - this.world.now, () => {
      if (this.#alarms.get(name) !== at) return;
      this.#alarms.delete(name);
      const { methods } = this.instance(name);
      void Promise.try(methods["alarm"]!).catch((error: Error) => this.world.fail(error));
    });
  }

  /**
   * Another actor as `from` sees it: every method is a call over the network, and is there to be
   * spied upon.
   */
  #stub<Port extends object>(from: Instance, to: string): Port {
    const method = (stub: Stub, name: string) =>
      (stub[name] ??= (...args) => this.network.call(from, to, name, ...args));
    return new Proxy<Stub>(
      {},
      {
        get: method,
        getOwnPropertyDescriptor(stub, name: string) {
          method(stub, name);
          return Reflect.getOwnPropertyDescriptor(stub, name);
        },
      },
    ) as Port;
  }

  /** A timer, which ends with its actor. */
  #after(instance: Instance, delayMs: number, run: () => void): () => void {
    const cancel = this.world.after(delayMs, () => {
      instance.onEnd.delete(cancel);
      run();
    });
    instance.onEnd.add(cancel);
    return () => {
      instance.onEnd.delete(cancel);
      cancel();
    };
  }
}

/** The methods of another actor that were asked for. */
type Stub = Record<string, (...args: unknown[]) => unknown>;

const CONTROLLER = "controller";

export function gatewayName(nodeId: number): string {
  return `gateway/${nodeId}`;
}

export function groupName(groupId: string): string {
  return `group/${groupId}`;
}

export function replicaName({ topicId, partition, nodeId }: ReplicaKey): string {
  return `replica/${topicId}/${partition}/${nodeId}`;
}

function keyOf(name: string): ReplicaKey {
  const [topicId, partition, nodeId] = name.split("/").slice(1) as [string, string, string];
  return { topicId, partition: Number(partition), nodeId: Number(nodeId) };
}

function newInstance(name: string, disk: Disk | null, now: number): Instance {
  const onEnd = new Set<() => void>();
  return { name, disk, methods: {}, isAlive: true, callsUnderWay: 0, lastUsedAt: now, onEnd };
}

/** The methods of an object's class, bound to it. */
function methodsOf(host: object): Instance["methods"] {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(host));
  const methods = host as Instance["methods"];
  return Object.fromEntries(
    names.map((name) => [name, (...args: unknown[]) => methods[name]!(...args)]),
  );
}
