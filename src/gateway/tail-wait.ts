/** Waiting at the end of a partition without asking: the watched tail says when there is more. */
import type { Uuid } from "../base/uuid.ts";
import type { Tails } from "../broker/tails.ts";

export interface TailPlace {
  readonly topicId: Uuid;
  readonly partition: number;
  /** The offset that the reader wants next. */
  readonly offset: number;
}

/**
 * Resolves with true when there may be something to read at `offset`: the tail has moved or was
 * lost. `interrupt` is given what ends the wait before that, with false, and returns what undoes
 * it.
 */
export function tailMoves(
  tails: Tails,
  { topicId, partition, offset }: TailPlace,
  interrupt: (end: () => void) => () => void,
): Promise<boolean> {
  const tail = tails.get(topicId, partition);
  if (tail?.position?.highWatermark !== offset) return Promise.resolve(true);
  return new Promise((resolve) => {
    const end = (moved: boolean) => {
      ignore();
      cancel();
      resolve(moved);
    };
    const ignore = tail.listen(() => {
      if (tail.position?.highWatermark !== offset) end(true);
    });
    const cancel = interrupt(() => end(false));
  });
}
