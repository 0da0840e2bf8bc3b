/** A command that was called wrongly, as opposed to one that could not do what it was asked. */
export class UsageError extends Error {
  override name = "UsageError";

  /** Says what is wrong, and where to read what is right. */
  constructor(command: string, message: string) {
    super(`${message}\nodradek ${command} --help shows what is possible.`);
  }
}
