/**
 * Appends what a group has recorded to its partition of `__consumer_offsets`, at the partition's
 * leader. Where that is is looked up when it is not known, and anew when it proves wrong.
 */
import type { Uuid } from "../base/uuid.ts";
import type { TopicDescription } from "../controller/describe.ts";
import { NO_LEADER, type ReplicaKey } from "../controller/records.ts";
import { coordinatorPartition } from "../group/coordinator-partition.ts";
import type { ErrorName } from "../protocol/errors.ts";
import { produce } from "../protocol/messages/00-produce.ts";
import { isRefusal, type ReplicaPort } from "../replication/replica-calls.ts";
import { offsetsTopic, type OffsetsTopicConfig } from "./offsets-topic.ts";
import type { ControllerPort } from "./ports.ts";

export interface OffsetsTopicAppenderPorts {
  readonly controller: Pick<ControllerPort, "describeCluster" | "createTopics">;
  readonly config: OffsetsTopicConfig;
  /** A fresh way to a replica. */
  replica(key: ReplicaKey): Pick<ReplicaPort, "append">;
}

export class OffsetsTopicAppender {
  readonly #groupId: string;
  readonly #ports: OffsetsTopicAppenderPorts;
  #topic: TopicDescription | null = null;

  constructor(groupId: string, ports: OffsetsTopicAppenderPorts) {
    this.#groupId = groupId;
    this.#ports = ports;
  }

  /**
   * Appends a batch, which is the replica's from then on, and says to which topic. Rejects when it
   * is not known what became of it.
   */
  async append(batch: Uint8Array): Promise<{ topicId: Uuid; error: ErrorName | null }> {
    const topic = this.#topic ?? (await this.#look());
    const { topicId, partitions } = topic;
    const partition = coordinatorPartition(this.#groupId, partitions.length);
    const { leader } = partitions[partition]!;
    this.#topic = null;
    if (leader === NO_LEADER) return { topicId, error: "LEADER_NOT_AVAILABLE" };
    const replica = this.#ports.replica({ topicId, partition, nodeId: leader });
    const apiVersions = [produce.servedVersions.max];
    const answer = await replica.append({ sizes: [batch.length], apiVersions, bytes: batch });
    if (isRefusal(answer)) return { topicId, error: answer.refused };
    this.#topic = topic;
    return { topicId, error: answer[0]!.error };
  }

  async #look(): Promise<TopicDescription> {
    const found = await offsetsTopic(this.#ports.controller, this.#ports.config);
    if ("error" in found) throw new Error(found.message);
    return found;
  }
}
