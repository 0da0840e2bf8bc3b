/** How often a request names each partition: Kafka refuses some requests that repeat one. */
export function partitionKeyCounts<Partition>(
  topics: readonly { readonly name: string; readonly partitions: readonly Partition[] }[],
  indexOf: (partition: Partition) => number,
): (name: string, partition: number) => number {
  const counts = new Map<string, number>();
  for (const { name, partitions } of topics) {
    for (const partition of partitions) {
      const key = `${name}/${indexOf(partition)}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return (name, partition) => counts.get(`${name}/${partition}`) ?? 0;
}
