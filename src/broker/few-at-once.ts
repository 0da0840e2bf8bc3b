/** One request's calls of many actors, each of which may have to wake. */

/** As many are called at the same time. */
const MAX_AT_ONCE = 64;

/** What becomes of each call, in their order. */
export async function fewAtOnce<Each, Result>(
  all: readonly Each[],
  call: (each: Each) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(all.length);
  const left = all.entries();
  const worker = async () => {
    for (const [index, each] of left) results[index] = await call(each);
  };
  await Promise.all(Array.from({ length: Math.min(MAX_AT_ONCE, all.length) }, worker));
  return results;
}
