/** The formatters that `--formatter` can name, by the classes that they are in Kafka. */
import { CommandError } from "../command-error.ts";
import type { Properties } from "../properties.ts";
import { coordinatorFormatter } from "./coordinator-record-json.ts";
import type { RecordFormatter } from "./record-formatter.ts";
import { recordFormatter } from "./record-formatter.ts";

const FORMATTERS: Readonly<Record<string, (properties: Properties) => RecordFormatter>> = {
  DefaultMessageFormatter: recordFormatter,
  // What it adds goes to a log that Kafka's tools do not show unless they are told to.
  LoggingMessageFormatter: recordFormatter,
  NoOpMessageFormatter: () => () => {},
  OffsetsMessageFormatter: () => coordinatorFormatter("OffsetCommit"),
  GroupMetadataMessageFormatter: () => coordinatorFormatter("GroupMetadata"),
};

/** The formatter of a class, which may be named with its package or without. */
export function formatterOf(className: string, properties: Properties): RecordFormatter {
  const name = className.split(/[.$]/).at(-1)!;
  const make = Object.hasOwn(FORMATTERS, name) ? FORMATTERS[name] : undefined;
  if (make !== undefined) return make(properties);
  throw new CommandError(`There is no formatter ${className} here. There are:
  ${Object.keys(FORMATTERS).join("\n  ")}`);
}
