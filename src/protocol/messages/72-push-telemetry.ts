/** PushTelemetry: metrics of a client, as its subscriptions asked for them (KIP-714). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { bool, bytes, int16, int32, int8, uuid } from "../schema.ts";

export const pushTelemetry = api({
  key: 72,
  name: "PushTelemetry",
  versions: "0",
  flexible: "0+",
  request: {
    clientInstanceId: uuid(),
    subscriptionId: int32(),
    terminating: bool(),
    compressionType: int8(),
    // In the protobuf of OpenTelemetry, compressed.
    metrics: bytes(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
  },
});

export type PushTelemetryRequest = RequestOf<typeof pushTelemetry>;
export type PushTelemetryResponse = ResponseOf<typeof pushTelemetry>;
export type PushTelemetryResponseInput = ResponseInput<typeof pushTelemetry>;
