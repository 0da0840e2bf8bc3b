/** Times as `--to-datetime` and `--by-duration` take them, in ISO 8601. */
import { UsageError } from "../usage-error.ts";

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(Z|[+-]\d\d(?::?\d\d)?)?$/;

/** Milliseconds since the epoch; a time without a zone is UTC. */
export function parseDateTime(text: string): number {
  const match = DATE_TIME.exec(text);
  const zone = match?.[1] ?? "";
  const hours = /^[+-]\d\d$/.test(zone) ? ":00" : "";
  const time = match === null ? NaN : Date.parse(`${text}${zone === "" ? "Z" : hours}`);
  if (!Number.isNaN(time)) return time;
  const format = "a datetime is YYYY-MM-DDThh:mm:ss.sss, with a zone such as +02:00 or Z behind it";
  throw new UsageError("consumer-groups", `Invalid datetime '${text}': ${format}.`);
}

const DURATION =
  /^([+-]?)P(?:([+-]?\d+)D)?(?:T(?:([+-]?\d+)H)?(?:([+-]?\d+)M)?(?:([+-]?\d+(?:[.,]\d*)?)S)?)?$/i;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The milliseconds of a duration such as P1DT2H30M. */
export function parseDuration(text: string): number {
  const match = DURATION.exec(text);
  if (match === null || !/\d[DHMS]/i.test(text) || /T$/i.test(text)) {
    const format = "a duration is PnDTnHnMnS, such as P7D, PT2H or P1DT12H30M";
    throw new UsageError("consumer-groups", `Invalid duration '${text}': ${format}.`);
  }
  const [, sign, days = "0", hours = "0", minutes = "0", seconds = "0"] = match;
  const ms =
    Number(days) * DAY_MS +
    Number(hours) * HOUR_MS +
    Number(minutes) * MINUTE_MS +
    Math.round(Number(seconds.replace(",", ".")) * SECOND_MS);
  return sign === "-" ? -ms : ms;
}
