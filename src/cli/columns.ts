/** Rows of text in columns, each padded to the width that Kafka's tools give it. */

/** Pads all cells but those beyond the widths, which stand as they are. */
export function row(widths: readonly number[], cells: readonly string[]): string {
  return cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(" ");
}

/** The width of a column: that of its longest cell, and at least a minimum. */
export function widthOf(minimum: number, cells: Iterable<string>): number {
  let width = minimum;
  for (const cell of cells) width = Math.max(width, cell.length);
  return width;
}
