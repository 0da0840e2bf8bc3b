/**
 * How actors reach each other: by name, with a fresh stub for each call, because a stub that has
 * seen a broken call stays broken and a kept one pins both ends in memory. The platform's own
 * retries are off: it may not send an append twice, and nothing else needs them.
 */
import { type ControllerPort, Unreachable } from "../broker/ports.ts";
import type { GroupConfigs } from "../controller/dynamic-configs.ts";
import type { ReplicaKey } from "../controller/records.ts";
import type { GroupPort } from "../group/group-calls.ts";
import { isPossibleGroupId } from "../group/group-id.ts";
import type {
  Answer,
  AppendCall,
  EpochEndCall,
  ListOffsetsCall,
  ReadCall,
  ReadResult,
  ReplicaControl,
  ReplicaPort,
} from "../replication/replica-calls.ts";
import type { ConfigUpdate } from "../replication/replica-role.ts";
import type { Env } from "./env.ts";
import { takeOver } from "./handover.ts";
import { controllerName, groupName, replicaName } from "./names.ts";

const ONCE = { retry: { maxRetries: 0 } } as const;

/** The controller; each call makes a fresh stub. */
export function controllerStub(env: Env): ControllerPort {
  const id = env.CONTROLLER.idFromName(controllerName(env.CLUSTER_ID));
  const call = caller<ControllerPort>("the controller", () => env.CONTROLLER.get(id, ONCE));
  return {
    describeCluster: (query) => call((stub) => stub.describeCluster(query)),
    createTopics: (topics, validateOnly) => call((stub) => stub.createTopics(topics, validateOnly)),
    deleteTopics: (topics) => call((stub) => stub.deleteTopics(topics)),
    createPartitions: (topics, validateOnly) =>
      call((stub) => stub.createPartitions(topics, validateOnly)),
    alterConfigs: (resources, validateOnly) =>
      call((stub) => stub.alterConfigs(resources, validateOnly)),
    describeConfigs: (query) => call((stub) => stub.describeConfigs(query)),
    groupsWithConfigs: () => call((stub) => stub.groupsWithConfigs()),
    hostedReplicas: (nodeId, query) => call((stub) => stub.hostedReplicas(nodeId, query)),
    allocateProducerIds: () => call((stub) => stub.allocateProducerIds()),
    listGroups: (page) => call((stub) => stub.listGroups(page)),
    groupConfigs: (groupId) => call((stub) => stub.groupConfigs(groupId)),
    registerGroup: (registration) => call((stub) => stub.registerGroup(registration)),
    activateReplica: (key, incarnation) => call((stub) => stub.activateReplica(key, incarnation)),
  };
}

/** The coordinator of a group; each call makes a fresh stub. */
export function groupStub(env: Env, groupId: string): GroupPort {
  const call = caller<GroupPort>("a group", () => groupCoordinator(env, groupId));
  return {
    joinGroup: (join) => call((stub) => stub.joinGroup(join)),
    syncGroup: (sync) => call((stub) => stub.syncGroup(sync)),
    heartbeat: (heartbeat) => call((stub) => stub.heartbeat(heartbeat)),
    leaveGroup: (leave) => call((stub) => stub.leaveGroup(leave)),
    consumerHeartbeat: (heartbeat) => call((stub) => stub.consumerHeartbeat(heartbeat)),
    commitOffsets: (commit) => call((stub) => stub.commitOffsets(commit)),
    fetchOffsets: (fetch) => call((stub) => stub.fetchOffsets(fetch)),
    deleteOffsets: (offsets) => call((stub) => stub.deleteOffsets(offsets)),
    describe: () => call((stub) => stub.describe()),
    describeConsumerGroup: () => call((stub) => stub.describeConsumerGroup()),
    list: () => call((stub) => stub.list()),
    delete: () => call((stub) => stub.delete()),
  };
}

/** Tells a group that topics which it has to do with have come or gone. */
export async function tellGroup(env: Env, groupId: string): Promise<void> {
  await groupCoordinator(env, groupId).topicsChanged();
}

/** Tells a group the configs that it is to act on. */
export async function updateGroupConfigs(
  env: Env,
  groupId: string,
  configs: GroupConfigs,
): Promise<void> {
  // There may be configs for a name that no group can have.
  if (isPossibleGroupId(groupId)) await groupCoordinator(env, groupId).updateConfigs(configs);
}

function groupCoordinator(env: Env, groupId: string) {
  const id = env.GROUP_COORDINATOR.idFromName(groupName(env.CLUSTER_ID, groupId));
  return env.GROUP_COORDINATOR.get(id, ONCE);
}

/** Makes calls on fresh stubs; one that breaks is {@link Unreachable}. */
function caller<Port>(who: string, stub: () => unknown) {
  return async <Result>(method: (stub: Port) => Promise<Result>): Promise<Result> => {
    try {
      return await method(stub() as Port);
    } catch (error) {
      throw new Unreachable(`A call of ${who} broke.`, { cause: error });
    }
  };
}

/** A replica as its actor is called: a reader says where in its isolate it takes what is read. */
export interface ReplicaActor extends Omit<ReplicaPort, "read">, ReplicaControl {
  read(call: ReadCall, place: string): Promise<Answer<ReadResult>>;
}

export function replicaStub(env: Env, key: ReplicaKey): ReplicaPort & ReplicaControl {
  const id = env.PARTITION_REPLICA.idFromName(replicaName(env.CLUSTER_ID, key));
  return new ReplicaStub(env.PARTITION_REPLICA.get(id, ONCE) as unknown as ReplicaActor);
}

class ReplicaStub implements ReplicaPort, ReplicaControl {
  readonly #actor: ReplicaActor;

  constructor(actor: ReplicaActor) {
    this.#actor = actor;
  }

  append(call: AppendCall) {
    return this.#actor.append(call);
  }

  read(call: ReadCall) {
    return takeOver((place) => this.#actor.read(call, place));
  }

  listOffsets(call: ListOffsetsCall) {
    return this.#actor.listOffsets(call);
  }

  endOffsetForEpoch(call: EpochEndCall) {
    return this.#actor.endOffsetForEpoch(call);
  }

  deleteRecords(offset: number) {
    return this.#actor.deleteRecords(offset);
  }

  describeProducers() {
    return this.#actor.describeProducers();
  }

  logSize() {
    return this.#actor.logSize();
  }

  erase() {
    return this.#actor.erase();
  }

  updateConfigs(update: ConfigUpdate) {
    return this.#actor.updateConfigs(update);
  }
}

export function gatewayStub(env: Env, name: string) {
  return env.GATEWAY.get(env.GATEWAY.idFromName(name), ONCE);
}
