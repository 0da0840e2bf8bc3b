/**
 * The order in which a Java HashMap goes through its keys. Kafka's tools print the configs of a
 * topic in it, and its groups choose among protocols that have as many votes by it, so that
 * everybody who has seen them knows it without knowing why.
 *
 * A map has as many buckets as the power of two that leaves a quarter of them free, 16 at the
 * least; keys of one bucket come in the order in which they were put.
 */

const FEWEST_BUCKETS = 16;
const LOAD_FACTOR = 0.75;

/** The items in the order that a map of all of them by name would have. */
export function javaHashOrder<Item extends { readonly name: string }>(
  items: readonly Item[],
): Item[] {
  let buckets = FEWEST_BUCKETS;
  while (items.length > buckets * LOAD_FACTOR) buckets *= 2;
  const bucketOf = ({ name }: Item) => {
    const hash = javaHash(name);
    return (hash ^ (hash >>> 16)) & (buckets - 1);
  };
  return items.toSorted((a, b) => bucketOf(a) - bucketOf(b));
}

/** The hash of a string in Java. */
function javaHash(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) {
    hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0;
  }
  return hash;
}
