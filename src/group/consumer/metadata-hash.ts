/**
 * One number for all that a group's assignment depends on in its topics (KIP-1101): the group needs
 * a new one whenever it changes. Kafka's is another hash of 64 bits; nobody else compares it.
 */
import type { TopicsImage } from "../topics-image.ts";

const LOW_BITS = 32;
const HIGH_BITS = 21;

/** A safe integer that says which of the topics exist, under which id, with how many partitions. */
export function metadataHash(topicNames: Iterable<string>, topics: TopicsImage): number {
  const facts = [...topicNames].sort().flatMap((name) => {
    const topic = topics.byName(name);
    return topic === undefined ? [] : `${name} ${topic.topicId} ${topic.partitionCount}`;
  });
  return facts.length === 0 ? 0 : hash53(facts.join("\n"));
}

/** Two multiplicative hashes side by side, mixed, of which as many bits as a safe integer has. */
function hash53(text: string): number {
  let one = 0x811c9dc5;
  let other = 0x9e3779b9;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    one = Math.imul(one ^ unit, 0x01000193);
    other = Math.imul(other ^ unit, 0x85ebca6b);
    other ^= other >>> 15;
  }
  const low = mixed(one ^ other) >>> 0;
  const high = mixed(other + Math.imul(one, 0xc2b2ae35)) >>> (LOW_BITS - HIGH_BITS);
  return high * 2 ** LOW_BITS + low;
}

function mixed(bits: number): number {
  let word = bits ^ (bits >>> 16);
  word = Math.imul(word, 0x7feb352d);
  word ^= word >>> 15;
  word = Math.imul(word, 0x846ca68b);
  return word ^ (word >>> 16);
}
