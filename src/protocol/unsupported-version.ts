/**
 * A message that the version it is to be sent in cannot say: a field that is not in this version
 * and may not be silently left out, or a null where this version has none. Clients meet it when
 * they ask an old broker for something new; it is the caller's to handle, not a broken connection.
 */
export class UnsupportedVersion extends Error {
  override name = "UnsupportedVersion";

  /** The field, as a path from the message: `FetchRequest.topics.topicId`. */
  readonly field: string;

  constructor(field: string, versions: string) {
    super(`${field} cannot be said in ${versions}.`);
    this.field = field;
  }
}
