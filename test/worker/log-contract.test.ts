/** The log's contract over a Durable Object's own storage, inside the object. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";

import { replicaName } from "../../src/actors/names.ts";
import { durableObjectSql } from "../../src/actors/sql.ts";
import { type ReopenableSql, logContract } from "../contracts/log-contract.ts";
import { unknownReplica } from "./replicas.ts";

logContract("a Durable Object's storage", async (use) => {
  const stub = env.PARTITION_REPLICA.getByName(replicaName(env.CLUSTER_ID, unknownReplica()));
  await runInDurableObject(stub, (_, { storage }) => use(reopenable(storage)));
});

function reopenable(storage: DurableObjectStorage): ReopenableSql {
  return { ...durableObjectSql(storage), reopen: () => reopenable(storage) };
}
