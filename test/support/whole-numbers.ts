/** Whole numbers on command lines. */
import { InvalidArgumentError } from "commander";

/** A whole number above 0. */
export function parseCount(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It has to be a whole number above 0.");
}

/** A whole number, 0 among them. */
export function parseWholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It has to be a whole number.");
}
