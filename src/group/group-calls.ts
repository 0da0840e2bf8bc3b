/**
 * What is asked of a group, and what it answers: the calls between gateways and the coordinator of
 * one group. They say what Kafka's requests say, whatever version brought them; which group is
 * meant is said by whose coordinator is called.
 */
import type { Uuid } from "../base/uuid.ts";
import type { ErrorName } from "../protocol/errors.ts";

/** Who sends a request: members are shown with it by DescribeGroups. */
export interface Client {
  readonly clientId: string;
  /** As Kafka writes an address: `/127.0.0.1`. */
  readonly clientHost: string;
}

/** A protocol that a classic member supports, most preferred first, and its metadata in it. */
export interface ClassicProtocol {
  readonly name: string;
  readonly metadata: Uint8Array;
}

export interface JoinGroupCall {
  /** Empty for a member that has no id yet. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly protocolType: string;
  readonly protocols: readonly ClassicProtocol[];
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly client: Client;
  /** From version 4 on a dynamic member is given an id first, and joins with it (KIP-394). */
  readonly requiresKnownMemberId: boolean;
  /** From version 9 on a leader may be told to leave the assignment as it is (KIP-814). */
  readonly supportsSkippingAssignment: boolean;
}

export interface JoinGroupAnswer {
  readonly error: ErrorName | null;
  readonly memberId: string;
  readonly generationId: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly leader: string;
  readonly skipAssignment: boolean;
  /** All members, for the leader alone. */
  readonly members: readonly {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly metadata: Uint8Array;
  }[];
}

export interface SyncGroupCall {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generationId: number;
  /** Null below version 5, where they are not compared. */
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  /** The leader's word; empty from everybody else. */
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Uint8Array }[];
}

export interface SyncGroupAnswer {
  readonly error: ErrorName | null;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignment: Uint8Array;
}

export interface HeartbeatCall {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generationId: number;
}

export interface LeaveGroupCall {
  readonly members: readonly {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
  }[];
}

export interface LeaveGroupAnswer {
  /** Of the whole request: no such group. */
  readonly error: ErrorName | null;
  readonly members: readonly {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly error: ErrorName | null;
  }[];
}

/** Partitions of one topic, by its id. */
export interface TopicPartitions {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

/** A heartbeat of KIP-848. Null, and -1, mean: as the member said last. */
export interface ConsumerHeartbeatCall {
  readonly memberId: string;
  /** 0 joins, -1 leaves, -2 leaves for a while as a static member. */
  readonly memberEpoch: number;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly rebalanceTimeoutMs: number;
  readonly subscribedTopicNames: readonly string[] | null;
  readonly subscribedTopicRegex: string | null;
  readonly serverAssignor: string | null;
  /** What the member owns. */
  readonly topicPartitions: readonly TopicPartitions[] | null;
  readonly client: Client;
}

export interface ConsumerHeartbeatAnswer {
  readonly error: ErrorName | null;
  readonly errorMessage: string | null;
  readonly memberId: string | null;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: number;
  /** Null where it is what the member was told before. */
  readonly assignment: readonly TopicPartitions[] | null;
}

/** An offset to commit. */
export interface OffsetToCommit {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch: number;
  readonly committedMetadata: string | null;
}

export interface CommitOffsetsCall {
  /** A generation, a member epoch, or -1 of a consumer that is no member. */
  readonly generationIdOrMemberEpoch: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** How long to keep the offsets, in ms; -1 is as long as the broker keeps them (below v5). */
  readonly retentionTimeMs: number;
  readonly apiVersion: number;
  readonly topics: readonly {
    readonly name: string;
    /** The client's own word from version 10 on, and before only what the gateway believes. */
    readonly topicId: Uuid;
    readonly partitions: readonly OffsetToCommit[];
  }[];
}

/** What became of each partition, in the order of the call; or of all of it. */
export interface CommitOffsetsAnswer {
  readonly error: ErrorName | null;
  readonly topics: readonly {
    readonly name: string;
    readonly partitions: readonly {
      readonly partitionIndex: number;
      readonly error: ErrorName | null;
    }[];
  }[];
}

export interface FetchOffsetsCall {
  /** Null where no member asks. */
  readonly memberId: string | null;
  readonly memberEpoch: number;
  /** Null asks for all. The zero id stands for a topic that is known by its name alone. */
  readonly topics:
    | readonly {
        readonly name: string;
        readonly topicId: Uuid;
        readonly partitionIndexes: readonly number[];
      }[]
    | null;
  readonly requireStable: boolean;
}

export interface FetchOffsetsAnswer {
  readonly error: ErrorName | null;
  readonly topics: readonly {
    readonly name: string;
    readonly partitions: readonly {
      readonly partitionIndex: number;
      readonly committedOffset: number;
      readonly committedLeaderEpoch: number;
      readonly metadata: string;
      readonly error: ErrorName | null;
    }[];
  }[];
}

export interface DeleteOffsetsCall {
  readonly topics: readonly {
    readonly name: string;
    readonly partitionIndexes: readonly number[];
  }[];
}

export interface DeleteOffsetsAnswer {
  readonly error: ErrorName | null;
  readonly topics: readonly {
    readonly name: string;
    readonly partitions: readonly {
      readonly partitionIndex: number;
      readonly error: ErrorName | null;
    }[];
  }[];
}

/** A group as DescribeGroups tells of it, whichever protocol its members speak. */
export interface ClassicGroupDescription {
  readonly error: ErrorName | null;
  readonly errorMessage: string | null;
  /** Kafka's name of the state, `Dead` where there is no such group. */
  readonly groupState: string;
  readonly protocolType: string;
  /** The protocol that was chosen; empty while there is none. */
  readonly protocolData: string;
  readonly members: readonly {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly clientId: string;
    readonly clientHost: string;
    readonly memberMetadata: Uint8Array;
    readonly memberAssignment: Uint8Array;
  }[];
}

/** Partitions of one topic, by its id and its name. */
export interface NamedTopicPartitions extends TopicPartitions {
  readonly topicName: string;
}

/** A group as ConsumerGroupDescribe tells of it (KIP-848). */
export interface ConsumerGroupDescription {
  readonly error: ErrorName | null;
  readonly errorMessage: string | null;
  readonly groupState: string;
  readonly groupEpoch: number;
  readonly assignmentEpoch: number;
  readonly assignorName: string;
  readonly members: readonly {
    readonly memberId: string;
    readonly instanceId: string | null;
    readonly rackId: string | null;
    readonly memberEpoch: number;
    readonly clientId: string;
    readonly clientHost: string;
    readonly subscribedTopicNames: readonly string[];
    readonly subscribedTopicRegex: string | null;
    readonly assignment: readonly NamedTopicPartitions[];
    readonly targetAssignment: readonly NamedTopicPartitions[];
    /** 0 speaks the classic protocol, 1 the consumer protocol; -1 is not known. */
    readonly memberType: number;
  }[];
}

/** What ListGroups says of a group. */
export interface GroupListing {
  readonly protocolType: string;
  readonly groupState: string;
  readonly groupType: GroupType;
}

/** Kafka's names of the two kinds of group (KIP-848). */
export type GroupType = "classic" | "consumer";

/** A group's coordinator as whoever calls it sees it. */
export interface GroupPort {
  /** Answers when the join phase is over, which may take as long as the rebalance timeout. */
  joinGroup(call: JoinGroupCall): Promise<JoinGroupAnswer>;
  /** Answers when the leader has brought the assignment. */
  syncGroup(call: SyncGroupCall): Promise<SyncGroupAnswer>;
  heartbeat(call: HeartbeatCall): Promise<ErrorName | null>;
  leaveGroup(call: LeaveGroupCall): Promise<LeaveGroupAnswer>;
  consumerHeartbeat(call: ConsumerHeartbeatCall): Promise<ConsumerHeartbeatAnswer>;
  commitOffsets(call: CommitOffsetsCall): Promise<CommitOffsetsAnswer>;
  fetchOffsets(call: FetchOffsetsCall): Promise<FetchOffsetsAnswer>;
  deleteOffsets(call: DeleteOffsetsCall): Promise<DeleteOffsetsAnswer>;
  describe(): Promise<ClassicGroupDescription>;
  describeConsumerGroup(): Promise<ConsumerGroupDescription>;
  /** Null where there is no such group. */
  list(): Promise<GroupListing | null>;
  /** Deletes the group with its offsets. */
  delete(): Promise<ErrorName | null>;
}
