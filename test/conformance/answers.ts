/**
 * Which errors the clusters of a run have answered to which APIs. Each file of the suite is a
 * process of its own, so they write what they see into one file, and the last one reads it.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";

import type { Api } from "../../src/protocol/api.ts";
import { errorName } from "../../src/protocol/errors.ts";
import type { ErrorName } from "../../src/protocol/errors.ts";

/** The case that an answer was given to. */
export interface AskingCase {
  readonly target: string;
  /** The name of the test file. */
  readonly file: string;
  /** The rules that its title names. */
  readonly rules: readonly string[];
}

/** That an answer of an API had an error in it. */
export interface Answer extends AskingCase {
  readonly api: string;
  readonly error: ErrorName;
}

/** Told of each response of an API. */
export type NoteAnswer = (api: Api, response: unknown) => void;

/** Notes each error of each API once, on behalf of one case. */
export function noteAnswersIn(path: string, asking: AskingCase): NoteAnswer {
  const noted = new Set<string>();
  return (api, response) => {
    for (const error of errorsIn(response)) {
      const answer: Answer = { ...asking, api: api.name, error };
      const line = `${JSON.stringify(answer)}\n`;
      if (noted.has(line)) continue;
      noted.add(line);
      appendFileSync(path, line);
    }
  };
}

/** All that has been noted in this run so far. */
export function notedAnswers(path: string): Answer[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Answer);
}

/** The errors of a response: its own, and those of all that it tells of. */
function errorsIn(told: unknown): ErrorName[] {
  if (Array.isArray(told)) return told.flatMap(errorsIn);
  if (typeof told !== "object" || told === null || ArrayBuffer.isView(told)) return [];
  return Object.entries(told).flatMap(([field, value]) =>
    field === "errorCode" ? [errorName(value as number)] : errorsIn(value),
  );
}
