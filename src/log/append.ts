/**
 * An append: what became of each batch that one turn brought, and the chunks that the accepted ones
 * are joined into. Each batch stands for itself, as if it had come alone: one that is refused
 * stores nothing and takes no offset.
 */
import type { Millis } from "../base/clock.ts";
import { MalformedFrame } from "../base/malformed-frame.ts";
import type { ErrorName } from "../protocol/errors.ts";
import { compressionOf } from "../protocol/records/attributes.ts";
import {
  type BatchHeader,
  attributesAt,
  readBatchHeader,
} from "../protocol/records/batch-header.ts";
import type { RecordError } from "../protocol/records/batch-rules.ts";
import {
  patchBaseOffset,
  patchLogAppendTime,
  patchPartitionLeaderEpoch,
} from "../protocol/records/patch-batch.ts";
import { recompress } from "../protocol/records/recompress.ts";
import { tooLarge, validateBatch } from "../protocol/records/validate-batch.ts";
import { ChunkDraft, type NewChunk } from "./chunk-draft.ts";
import type { LogState } from "./log-state.ts";
import { type BatchMetadata, withBatch } from "./producer-entry.ts";
import { checkSequence } from "./producer-state.ts";
import { type SealedSegment, newSegment, sealed, shouldRoll } from "./segments.ts";

/** What an append is told beside the batches. */
export interface AppendOptions {
  readonly now: Millis;
  /** The epoch of the leader that appends, which is this replica. */
  readonly leaderEpoch: number;
  /** The version of the Produce request that brought each batch; without, what any version may. */
  readonly apiVersions?: readonly number[];
  /** Is given what is stored, in order; the bytes are not to be changed. */
  readonly onStored?: (bytes: Uint8Array) => void;
}

/** What became of a batch, with the names of Produce's answer. */
export interface AppendResult {
  readonly error: ErrorName | null;
  readonly message?: string;
  readonly recordErrors?: readonly RecordError[];
  /** Of a duplicate: the offset that the batch got when it was stored. -1 when refused. */
  readonly baseOffset: number;
  /** Of a duplicate: its original's. The answer with acks=all waits until it is replicated. */
  readonly lastOffset: number;
  /** -1 unless the log gave the timestamp; of a duplicate, the original's timestamp as in Kafka. */
  readonly logAppendTimeMs: Millis;
  /** -1 with the errors that Kafka finds before it looks at the log. */
  readonly logStartOffset: number;
  /** The batch was stored by an earlier append, and nothing was stored now. */
  readonly duplicate: boolean;
}

/** What has to be stored for an append, and its answers. */
export interface AppendPlan {
  readonly results: readonly AppendResult[];
  readonly chunks: readonly NewChunk[];
  readonly sealed: readonly SealedSegment[];
}

/** The refusals that carry no log start offset. */
const BLIND_ERRORS: readonly ErrorName[] = [
  "CORRUPT_MESSAGE",
  "MESSAGE_TOO_LARGE",
  "RECORD_LIST_TOO_LARGE",
];

/**
 * Decides on each batch and moves `state` to where the log is once the plan is stored. The batches
 * are patched in place and the plan may hold them as they are: they must stay until it is stored.
 */
export function planAppend(
  state: LogState,
  batches: readonly Uint8Array[],
  options: AppendOptions,
): AppendPlan {
  const planner = new AppendPlanner(state, options);
  const results = batches.map((bytes, index) => {
    return planner.append(bytes, options.apiVersions?.[index] ?? Infinity);
  });
  return { results, ...planner.finish() };
}

class AppendPlanner {
  readonly #state: LogState;
  readonly #options: AppendOptions;
  readonly #chunks: NewChunk[] = [];
  readonly #sealed: SealedSegment[] = [];
  #draft: ChunkDraft | null = null;

  constructor(state: LogState, options: AppendOptions) {
    this.#state = state;
    this.#options = options;
  }

  append(given: Uint8Array, apiVersion: number): AppendResult {
    const refusal = this.#invalid(given, apiVersion);
    if (refusal) return refusal;
    const bytes = this.#recompressed(given);
    if (!(bytes instanceof Uint8Array)) return bytes;
    const { config, producers } = this.#state;
    const { now } = this.#options;
    const logAppendTime = config.messageTimestampType === "LogAppendTime";
    if (logAppendTime) patchLogAppendTime(bytes, 0, now);
    const header = readBatchHeader(bytes);
    if (header.producerId >= 0) {
      const entry = producers.get(header.producerId, now);
      const check = checkSequence(entry, header);
      if (check.kind === "refused") return this.#refuse(check.error, check.message);
      if (check.kind === "duplicate") return this.#duplicate(check.of);
    }
    const baseOffset = this.#state.logEndOffset;
    this.#store(bytes, { ...header, baseOffset });
    return {
      error: null,
      baseOffset,
      lastOffset: baseOffset + header.lastOffsetDelta,
      logAppendTimeMs: logAppendTime ? now : -1,
      logStartOffset: this.#state.logStartOffset,
      duplicate: false,
    };
  }

  finish(): Pick<AppendPlan, "chunks" | "sealed"> {
    this.#closeDraft();
    return { chunks: this.#chunks, sealed: this.#sealed };
  }

  #invalid(bytes: Uint8Array, apiVersion: number): AppendResult | null {
    const { config } = this.#state;
    const refusal = this.#invalidBatch(bytes, apiVersion);
    if (refusal) return refusal;
    if (bytes.length > config.segmentBytes) {
      const message = `The record batch has ${bytes.length} bytes; a segment holds ${config.segmentBytes}.`;
      return this.#refuse("RECORD_LIST_TOO_LARGE", message);
    }
    return null;
  }

  #invalidBatch(
    bytes: Uint8Array,
    apiVersion: number,
    maxBytes = this.#state.config.maxMessageBytes,
  ): AppendResult | null {
    const { config } = this.#state;
    const refusal = validateBatch(bytes, {
      apiVersion,
      maxBytes,
      now: this.#options.now,
      timestampType: config.messageTimestampType,
      timestampBeforeMaxMs: config.messageTimestampBeforeMaxMs,
      timestampAfterMaxMs: config.messageTimestampAfterMaxMs,
      compacted: config.cleanupPolicy.compact,
    });
    if (refusal === null) return null;
    const refused = this.#refuse(refusal.error, refusal.message, refusal.recordErrors);
    return refusal.isOfRequest ? { ...refused, logStartOffset: -1 } : refused;
  }

  /**
   * The batch in the topic's compression, or why it cannot be had. Where its records have to be
   * unpacked for that, they are looked at as those that come unpacked are.
   */
  #recompressed(given: Uint8Array): Uint8Array | AppendResult {
    const { compressionType, maxMessageBytes } = this.#state.config;
    if (compressionType === null) return given;
    if (compressionOf(attributesAt(given, 0)) === compressionType) return given;
    try {
      const plain = recompress(given, "none");
      const refusal = plain === given ? null : this.#invalidBatch(plain, Infinity, Infinity);
      if (refusal) return refusal;
      const bytes = recompress(plain, compressionType);
      if (bytes.length <= maxMessageBytes) return bytes;
      const { error, message } = tooLarge(bytes, maxMessageBytes);
      return this.#refuse(error, message);
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      return this.#refuse("INVALID_RECORD", `The batch's records are malformed: ${error.message}.`);
    }
  }

  #store(bytes: Uint8Array, header: BatchHeader): void {
    const { now, leaderEpoch } = this.#options;
    const state = this.#state;
    patchBaseOffset(bytes, 0, header.baseOffset);
    patchPartitionLeaderEpoch(bytes, 0, leaderEpoch);
    const lastOffset = header.baseOffset + header.lastOffsetDelta;
    const { sizeInBytes, maxTimestamp } = header;
    if (
      shouldRoll(state.activeSegment, { sizeInBytes, maxTimestamp, lastOffset }, state.config, now)
    ) {
      this.#roll();
    }
    if (this.#draft && !this.#draft.hasRoomFor(sizeInBytes)) this.#closeDraft();
    this.#draft ??= new ChunkDraft(header.baseOffset, state.activeSegment);
    this.#draft.add(bytes);

    const segment = state.activeSegment;
    segment.firstTimestamp ??= maxTimestamp;
    segment.maxTimestamp = Math.max(segment.maxTimestamp, maxTimestamp);
    segment.sizeInBytes += sizeInBytes;
    segment.lastModified = now;
    state.logEndOffset = lastOffset + 1;
    if (header.producerId >= 0) {
      state.producers.set(withBatch(state.producers.get(header.producerId, now), header, now));
      this.#draft.addProducer(header, now);
    }
  }

  #roll(): void {
    this.#closeDraft();
    const { activeSegment, logEndOffset } = this.#state;
    const segment = sealed(activeSegment, logEndOffset);
    this.#sealed.push(segment);
    const position = segment.position + segment.sizeInBytes;
    this.#state.activeSegment = newSegment(logEndOffset, position, this.#options.now);
    this.#state.oldestSegment ??= segment;
  }

  #closeDraft(): void {
    if (!this.#draft) return;
    const { logEndOffset, highWatermark, activeSegment } = this.#state;
    this.#chunks.push(
      this.#draft.finish({
        nextOffset: logEndOffset,
        runningMaxTimestamp: activeSegment.maxTimestamp,
        highWatermark,
      }),
    );
    this.#draft = null;
  }

  #duplicate(of: BatchMetadata): AppendResult {
    return {
      error: null,
      baseOffset: of.lastOffset - of.lastOffsetDelta,
      lastOffset: of.lastOffset,
      logAppendTimeMs: of.timestamp,
      logStartOffset: this.#state.logStartOffset,
      duplicate: true,
    };
  }

  #refuse(error: ErrorName, message: string, recordErrors?: readonly RecordError[]): AppendResult {
    return {
      error,
      message,
      ...(recordErrors ? { recordErrors } : {}),
      baseOffset: -1,
      lastOffset: -1,
      logAppendTimeMs: -1,
      logStartOffset: BLIND_ERRORS.includes(error) ? -1 : this.#state.logStartOffset,
      duplicate: false,
    };
  }
}
