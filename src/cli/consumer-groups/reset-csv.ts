/**
 * The CSV of `--export` and `--from-file`: `topic,partition,offset` for one group, and the group in
 * front of it for several. A text is quoted where it is long or has a character that needs it, as
 * Kafka's tool does it.
 */
import { CommandError } from "../command-error.ts";
import type { NewOffset } from "./reset-offsets.ts";

const LONGEST_UNQUOTED = 24;

/** The offsets of groups as CSV, a line for each. */
export function exportCsv(offsets: readonly NewOffset[], isSingleGroup: boolean): string {
  return offsets
    .map(({ groupId, topic, partition, offset }) => {
      const group = isSingleGroup ? [] : [quoted(groupId)];
      return `${[...group, quoted(topic), partition, offset].join(",")}\n`;
    })
    .join("");
}

/** Reads offsets; lines without a group are for `groupId`. */
export function parseCsv(text: string, groupId: string | null): NewOffset[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const cells = parseLine(line.replace(/\r$/, ""));
      if (cells.length === 3 && groupId !== null) cells.unshift(groupId);
      const [group, topic, partition, offset] = cells;
      const numbers = [partition, offset].map(Number);
      if (cells.length === 4 && topic !== "" && numbers.every(isCount)) {
        return { groupId: group!, topic: topic!, partition: numbers[0]!, offset: numbers[1]! };
      }
      throw new CommandError(`This is not an offset: ${line}
A line is topic,partition,offset where one --group is given, and else group,topic,partition,offset.`);
    });
}

function isCount(number: number): boolean {
  return Number.isSafeInteger(number) && number >= 0;
}

function quoted(text: string): string {
  const needsQuotes = text.length > LONGEST_UNQUOTED || /[\0-,]/.test(text);
  return needsQuotes ? `"${text.replaceAll('"', '""')}"` : text;
}

function parseLine(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, inQuotes, plain]) => inQuotes?.replaceAll('""', '"') ?? plain!.trim(),
  );
}
