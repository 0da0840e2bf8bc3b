/**
 * How many of some partitions each of some members gets, so that all of them have equally many, or
 * as equally as can be. The partitions are poured over the members like water: what a member has
 * besides is the ground under it, and whose ground is above the water level gets nothing.
 */

/**
 * Shares out `count` partitions among members that own `owned` of them so far and have `besides`
 * others. What is left over at the water level goes first to those who would have to give up one
 * more without it, then to those who have the fewest now, then to the first.
 */
export function evenShares(
  count: number,
  owned: readonly number[],
  besides: readonly number[],
): number[] {
  const { level, left } = waterLevel(count, besides);
  const shares = besides.map((ground) => Math.max(0, level - ground));
  const load = (index: number) => owned[index]! + besides[index]!;
  const wet = [...shares.keys()]
    .filter((index) => besides[index]! <= level)
    .sort((a, b) => load(a) - load(b));
  const keepers = wet.filter((index) => load(index) > level);
  const others = wet.filter((index) => load(index) <= level);
  for (const index of [...keepers, ...others].slice(0, left)) shares[index]!++;
  return shares;
}

/** Up to how many partitions all under water are filled, and how many partitions are left over. */
function waterLevel(count: number, besides: readonly number[]): { level: number; left: number } {
  const grounds = Float64Array.from(besides).sort();
  let volume = count;
  for (const [index, ground] of grounds.entries()) {
    volume += ground;
    const members = index + 1;
    const level = Math.floor(volume / members);
    if (members === grounds.length || level < grounds[members]!) {
      return { level, left: volume - level * members };
    }
  }
  return { level: 0, left: 0 };
}
