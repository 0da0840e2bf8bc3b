/**
 * "Authorized operations" as the bit fields of KIP-430: bit n stands for the operation with code n.
 * Where nothing is restricted, every operation that the resource knows is authorized.
 */
const OPERATION = {
  READ: 3,
  WRITE: 4,
  CREATE: 5,
  DELETE: 6,
  ALTER: 7,
  DESCRIBE: 8,
  CLUSTER_ACTION: 9,
  DESCRIBE_CONFIGS: 10,
  ALTER_CONFIGS: 11,
  IDEMPOTENT_WRITE: 12,
} as const;

type Operation = keyof typeof OPERATION;

export const TOPIC_OPERATIONS = bits(
  "READ",
  "WRITE",
  "CREATE",
  "DELETE",
  "ALTER",
  "DESCRIBE",
  "DESCRIBE_CONFIGS",
  "ALTER_CONFIGS",
);

export const GROUP_OPERATIONS = bits(
  "READ",
  "DELETE",
  "DESCRIBE",
  "DESCRIBE_CONFIGS",
  "ALTER_CONFIGS",
);

export const CLUSTER_OPERATIONS = bits(
  "CREATE",
  "ALTER",
  "DESCRIBE",
  "CLUSTER_ACTION",
  "DESCRIBE_CONFIGS",
  "ALTER_CONFIGS",
  "IDEMPOTENT_WRITE",
);

function bits(...operations: Operation[]): number {
  return operations.reduce((field, operation) => field | (1 << OPERATION[operation]), 0);
}
