/** The frames of Produce and Fetch, both ways: what a gateway reads and writes of each request. */
import { bench, do_not_optimize, group, run } from "mitata";

import { concatBytes } from "../../../src/base/concat-bytes.ts";
import type { Api, RequestInput, ResponseInput } from "../../../src/protocol/api.ts";
import {
  decodeRequestHeader,
  decodeResponseFrame,
  encodeRequestFrame,
  encodeResponseFrame,
} from "../../../src/protocol/frame.ts";
import { produce } from "../../../src/protocol/messages/00-produce.ts";
import { fetch } from "../../../src/protocol/messages/01-fetch.ts";
import { batch } from "../../log/batches.ts";

const SIZE_BYTES = 4;
const TOPIC_ID = "AAAAAAAAAAAAAAAAAAAAAQ";

const records = batch({ count: 150, valueSize: 100 });

for (const partitions of [1, 100]) {
  const indexes = Array.from({ length: partitions }, (_, index) => index);
  const partitionData = indexes.map((index) => ({ index, records }));
  both(`Produce v9, partitions: ${partitions}`, produce, 9, {
    request: { acks: -1, timeoutMs: 30_000, topicData: [{ name: "orders", partitionData }] },
    response: {
      responses: [
        {
          name: "orders",
          partitionResponses: indexes.map((index) => ({ index, errorCode: 0, baseOffset: 1 })),
        },
      ],
    },
  });
  both(`Fetch v17, partitions: ${partitions}`, fetch, 17, {
    request: {
      maxWaitMs: 500,
      minBytes: 1,
      topics: [
        {
          topicId: TOPIC_ID,
          partitions: indexes.map((partition) => ({
            partition,
            fetchOffset: 1_000_000,
            partitionMaxBytes: 1_048_576,
          })),
        },
      ],
    },
    response: {
      errorCode: 0,
      responses: [
        {
          topicId: TOPIC_ID,
          partitions: indexes.map((partitionIndex) => ({
            partitionIndex,
            errorCode: 0,
            highWatermark: 1_000_150,
            abortedTransactions: null,
            records,
          })),
        },
      ],
    },
  });
}

function both<A extends Api>(
  name: string,
  api: A,
  apiVersion: number,
  { request, response }: { request: RequestInput<A>; response: ResponseInput<A> },
): void {
  const header = { apiVersion, correlationId: 1, clientId: "bench" };
  const asked = concatBytes(encodeRequestFrame(api, header, request)).subarray(SIZE_BYTES);
  const answered = concatBytes(encodeResponseFrame(api, header, response)).subarray(SIZE_BYTES);
  group(name, () => {
    bench("decode the request", () => {
      const opened = decodeRequestHeader(asked, api);
      do_not_optimize(api.decodeRequest(opened.reader, apiVersion));
    });
    bench("encode the response", () => {
      do_not_optimize(encodeResponseFrame(api, header, response));
    });
    bench("encode the request", () => do_not_optimize(encodeRequestFrame(api, header, request)));
    bench("decode the response", () => {
      do_not_optimize(decodeResponseFrame(api, apiVersion, answered));
    });
  });
}

await run();
