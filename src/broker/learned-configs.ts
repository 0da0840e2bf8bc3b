/**
 * What a gateway has learned of the broker configs that were set while brokers run. It acts on some
 * itself. Replicas act on most of them, and are mostly asleep when they are set: none is woken, but
 * the gateway tells a replica right before the first call that it makes to it afterwards.
 */
import type { ConfigStrings } from "../config/config-definition.ts";
import { type DynamicBrokerConfigs, dynamicConfigsOf } from "../controller/dynamic-configs.ts";
import type { ReplicaKey } from "../controller/records.ts";
import type { ReplicaControl, ReplicaPort } from "../replication/replica-calls.ts";
import type { ControllerPort } from "./ports.ts";

/** Replicas that are remembered as told; who is forgotten is told once more. */
const MAX_TOLD_REPLICAS = 10_000;

type ToldReplica = ReplicaPort & Pick<ReplicaControl, "updateConfigs">;

export class LearnedConfigs {
  #configs: DynamicBrokerConfigs = { version: 0, defaults: {}, byBroker: {} };
  #isKnown = false;
  /** The look that is under way. */
  #look: Promise<void> | null = null;
  /** The version that each has been told, by its key. */
  readonly #told = new Map<string, number>();

  /** Of the changes that it has learned of, the last. */
  get version(): number {
    return this.#configs.version;
  }

  /** What was set for a broker. */
  of(nodeId: number): ConfigStrings {
    return dynamicConfigsOf(this.#configs, nodeId);
  }

  /** The controller says what was set. */
  learn(configs: DynamicBrokerConfigs): void {
    this.#isKnown = true;
    if (configs.version > this.#configs.version) this.#configs = configs;
  }

  /**
   * Waits until it is known what was set, if that is not known yet: whoever comes first asks a
   * controller that it {@link learningFrom learns from}, for all. One that cannot be reached keeps
   * nobody out.
   */
  known(controller: Pick<ControllerPort, "describeCluster">): Promise<void> | undefined {
    if (this.#isKnown) return undefined;
    this.#look ??= controller.describeCluster({}).then(
      () => {},
      () => void (this.#look = null),
    );
    return this.#look;
  }

  /**
   * A controller from whose descriptions it learns: nobody calls a replica without having asked
   * where it is, so that a gateway which was just started knows all there is to tell.
   */
  learningFrom(controller: ControllerPort): ControllerPort {
    const describeCluster: ControllerPort["describeCluster"] = async (query) => {
      const description = await controller.describeCluster(query);
      this.learn(description.brokerConfigs);
      return description;
    };
    return Object.assign(Object.create(controller) as ControllerPort, { describeCluster });
  }

  /** The replica, which is told before it gets the call that is made next. */
  tell(key: ReplicaKey, replica: ToldReplica): ReplicaPort {
    const { version } = this.#configs;
    if (version === 0) return replica;
    const name = `${key.topicId}/${key.partition}/${key.nodeId}`;
    if (this.#told.get(name) === version) return replica;
    if (this.#told.size >= MAX_TOLD_REPLICAS) this.#told.delete(this.#told.keys().next().value!);
    this.#told.set(name, version);
    const brokerConfigs = this.of(key.nodeId);
    // Calls arrive in their order. One that was lost is made again with the next.
    void replica
      .updateConfigs({ broker: { brokerConfigs, brokerConfigVersion: version } })
      .catch(() => this.#told.delete(name));
    return replica;
  }
}
