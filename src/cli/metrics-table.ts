/** Metrics as Kafka's perf tools print them: by name, with three digits behind the point. */

/** The table of metrics of a group such as `producer-metrics`. */
export function metricsTable(
  group: string,
  clientId: string,
  metrics: Readonly<Record<string, number>>,
): string[] {
  const rows = Object.entries(metrics)
    .map(([name, value]) => [`${group}:${name}:{client-id=${clientId}}`, value.toFixed(3)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    "",
    `${"Metric Name".padEnd(width)}   Value`,
    ...rows.map(([name, value]) => `${name.padEnd(width)} : ${value}`),
  ];
}
