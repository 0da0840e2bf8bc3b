/** The lines of a text that arrives in pieces, as Java reads them: LF, CR and CRLF end a line. */

/** Lines without their ends; a last one without an end counts if there is something in it. */
export async function* linesOf(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<string, void, undefined> {
  const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest = "";
  for await (const piece of pieces) {
    const text = rest + utf8.decode(piece, { stream: true });
    // A CR at the end may be half of a CRLF.
    const whole = text.endsWith("\r") ? text.slice(0, -1) : text;
    const lines = whole.split(/\r\n|\n|\r/);
    rest = lines.pop()! + text.slice(whole.length);
    yield* lines;
  }
  rest += utf8.decode();
  if (rest.endsWith("\r")) yield rest.slice(0, -1);
  else if (rest !== "") yield rest;
}
