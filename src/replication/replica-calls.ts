/** What is asked of a replica, and what it answers: the calls between gateways and replicas. */
import type { AppendResult } from "../log/append.ts";
import type { ErrorName } from "../protocol/errors.ts";
import type { ConfigUpdate } from "./replica-role.ts";

/** A replica's refusal of a whole call; nothing was read or written. */
export interface Refusal {
  readonly refused: ErrorName;
}

export type Answer<Result> = Result | Refusal;

export function isRefusal(answer: object): answer is Refusal {
  return "refused" in answer;
}

/** Several batches for one replica, back to back in `bytes`, in the order in which they arrived. */
export interface AppendCall {
  readonly sizes: readonly number[];
  /** The version of the Produce request that brought each batch. */
  readonly apiVersions: readonly number[];
  /** Belongs to the replica once the call is made: it patches offsets in place. */
  readonly bytes: Uint8Array;
}

export interface ReadCall {
  readonly offset: number;
  readonly maxBytes: number;
  /** Whether the first batch is returned whole even when it is larger than `maxBytes` (KIP-74). */
  readonly minOneBatch: boolean;
  /** Whether to stop at the last stable offset instead of the high watermark. */
  readonly readCommitted: boolean;
  /** The leader epoch that the reader believes in, or -1 (KIP-320). */
  readonly currentLeaderEpoch: number;
  /** The epoch of the last record that the reader has, or -1 (KIP-595). */
  readonly lastFetchedEpoch: number;
  /** A gateway to be told of what is appended from now on, if this read reaches the end. */
  readonly watcher: string | null;
}

/** Where a partition's log stands. */
export interface LogPosition {
  readonly leaderEpoch: number;
  readonly logStartOffset: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
}

export interface ReadResult extends LogPosition {
  readonly error: ErrorName | null;
  readonly pieces: readonly Uint8Array[];
  /** The offset after the last record in `pieces`; the call's offset when there is none. */
  readonly nextOffset: number;
  readonly divergingEpoch: { readonly epoch: number; readonly endOffset: number } | null;
  /** Whether the watcher of the call was noted. */
  readonly watching: boolean;
}

export interface ListOffsetsCall {
  /** A timestamp in ms, or one of Kafka's special values (-1 latest, -2 earliest, ...). */
  readonly timestamp: number;
  readonly readCommitted: boolean;
  readonly currentLeaderEpoch: number;
}

export interface ListOffsetsResult {
  readonly error: ErrorName | null;
  readonly offset: number;
  readonly timestamp: number;
  readonly leaderEpoch: number;
}

export interface EpochEndCall {
  readonly leaderEpoch: number;
  readonly currentLeaderEpoch: number;
}

export interface EpochEndResult {
  readonly error: ErrorName | null;
  readonly leaderEpoch: number;
  readonly endOffset: number;
}

export interface DeleteRecordsResult {
  readonly error: ErrorName | null;
  /** Where the log starts now; -1 with an error. */
  readonly lowWatermark: number;
}

/** What a partition remembers of a producer. */
export interface ProducerDescription {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly lastSequence: number;
  readonly lastTimestamp: number;
}

/** A replica as whoever calls it sees it. */
export interface ReplicaPort {
  append(call: AppendCall): Promise<Answer<readonly AppendResult[]>>;
  read(call: ReadCall): Promise<Answer<ReadResult>>;
  listOffsets(call: ListOffsetsCall): Promise<Answer<ListOffsetsResult>>;
  endOffsetForEpoch(call: EpochEndCall): Promise<Answer<EpochEndResult>>;
  /** Deletes the records below `offset`; -1 is the high watermark. */
  deleteRecords(offset: number): Promise<Answer<DeleteRecordsResult>>;
  describeProducers(): Promise<Answer<readonly ProducerDescription[]>>;
  logSize(): Promise<Answer<{ readonly sizeInBytes: number }>>;
}

/** A replica as the controller sees it. A call that resolves is confirmed, and not made again. */
export interface ReplicaControl {
  /** The topic is deleted. */
  erase(): Promise<void>;
  /** The topic's configs have changed, or its broker's; gateways may say so, too. */
  updateConfigs(update: ConfigUpdate): Promise<void>;
}

/** What a leader tells a watching gateway after a commit. */
export interface TailPush extends LogPosition {
  readonly topicId: string;
  readonly partition: number;
  readonly baseOffset: number;
  readonly nextOffset: number;
  readonly sizeInBytes: number;
  /** The appended batches, back to back, or null when they are many: readers then ask for them. */
  readonly bytes: Uint8Array | null;
}
