/**
 * The text of a message's codecs while it is being put together: functions by name. What comes out
 * is plain JavaScript that reads like a codec written by hand for one version.
 */
export class CodecSource {
  readonly #names = new Set<string>();
  #text = "";

  /** Adds the function of this name, unless it is there, after all that its body defines. */
  define(name: string, parameters: string, body: () => readonly string[]): string {
    if (this.#names.has(name)) return name;
    this.#names.add(name);
    const lines = body();
    this.#text += `function ${name}(${parameters}) {\n  ${lines.join("\n  ")}\n}\n`;
    return name;
  }

  /** All functions, each after those that it calls. */
  toString(): string {
    return this.#text;
  }
}
