/** Times in the patterns of Java's SimpleDateFormat, as far as its letters for date and time go. */
import { CommandError } from "../command-error.ts";

const FIELDS: Readonly<Record<string, (date: Date) => number>> = {
  y: (date) => date.getFullYear(),
  M: (date) => date.getMonth() + 1,
  d: (date) => date.getDate(),
  H: (date) => date.getHours(),
  m: (date) => date.getMinutes(),
  s: (date) => date.getSeconds(),
  S: (date) => date.getMilliseconds(),
};

/** The function that writes times in a pattern such as `yyyy-MM-dd HH:mm:ss:SSS`, in local time. */
export function dateFormat(pattern: string): (time: number) => string {
  const parts = [...pattern.matchAll(/'([^']*)'|([a-zA-Z])\2*|[^a-zA-Z']+/g)];
  const unknown = parts.find(([, , letter]) => letter !== undefined && !(letter in FIELDS));
  if (unknown) {
    const known = Object.keys(FIELDS).join(", ");
    throw new CommandError(
      `--date-format ${pattern}: the letters are ${known}, not ${unknown[2]}.`,
    );
  }
  return (time) => {
    const date = new Date(time);
    return parts
      .map(([text, quoted, letter]) => {
        if (quoted !== undefined) return quoted === "" ? "'" : quoted;
        if (letter === undefined) return text;
        const digits = String(FIELDS[letter]!(date)).padStart(text.length, "0");
        return letter === "y" && text.length === 2 ? digits.slice(-2) : digits;
      })
      .join("");
  };
}
