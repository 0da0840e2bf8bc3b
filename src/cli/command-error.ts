/**
 * A command that cannot do what it was asked: a taken port, a directory in use. The message is for
 * a person at a terminal and says what, why and what to do; no stack is shown.
 */
export class CommandError extends Error {
  override name = "CommandError";
}
