/** Records that are posted to topics which only brokers write to. */
import { expect, test } from "vitest";

import { produceOverHttp } from "../../src/gateway/produce-over-http.ts";
import { groupCluster } from "../broker/group-cluster.ts";

test("[BRK41] nothing is posted to an internal topic, and none is made for it", async () => {
  const { broker, cluster } = groupCluster();
  for (const name of ["__consumer_offsets", "__transaction_state", "__share_group_state"]) {
    const request = new Request(`http://here/topics/${name}/records`, {
      method: "POST",
      body: "record",
    });
    await expect(produceOverHttp(broker, request, name)).rejects.toMatchObject({
      error: "INVALID_TOPIC_EXCEPTION",
      status: 400,
    });
    expect(cluster.image.topicByName(name)).toBeUndefined();
  }
});
