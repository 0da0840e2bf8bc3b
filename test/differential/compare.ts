/** Where two answers differ, as paths into them and what each of them has there. */
import { isMessage } from "./walk.ts";

/** One place in which two answers differ. */
export interface Difference {
  /** As in `topics[0].partitions[1].errorCode`. */
  readonly path: string;
  readonly kafka: unknown;
  readonly odradek: unknown;
}

/** All places in which two normal forms differ. */
export function compare(kafka: unknown, odradek: unknown, path = ""): Difference[] {
  if (Object.is(kafka, odradek)) return [];
  if (Array.isArray(kafka) && Array.isArray(odradek) && kafka.length === odradek.length) {
    return kafka.flatMap((each, index) => compare(each, odradek[index], `${path}[${index}]`));
  }
  const areMessages = isMessage(kafka) && isMessage(odradek);
  if (!areMessages || Array.isArray(kafka) || Array.isArray(odradek)) {
    return [{ path, kafka, odradek }];
  }
  const fields = new Set([...Object.keys(kafka), ...Object.keys(odradek)]);
  return [...fields].flatMap((field) =>
    compare(kafka[field], odradek[field], path === "" ? field : `${path}.${field}`),
  );
}
