/**
 * Bytes that are not what Kafka's protocol says they should be: too short, too long, or with a
 * length inside that points past the end. Decoders throw it and nothing else; whoever took the
 * bytes from a client catches it once and closes the connection or answers with an error.
 */
export class MalformedFrame extends Error {
  override name = "MalformedFrame";

  /** Where in the bytes it was noticed, when the decoder knows. */
  readonly offset: number | undefined;

  constructor(reason: string, offset?: number) {
    super(offset === undefined ? reason : `${reason} (at byte ${offset})`);
    this.offset = offset;
  }
}
