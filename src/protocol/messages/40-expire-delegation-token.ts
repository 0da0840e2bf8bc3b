/** ExpireDelegationToken: changes when a delegation token expires, or ends it at once (KIP-48). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { bytes, int16, int32, int64 } from "../schema.ts";

export const expireDelegationToken = api({
  key: 40,
  name: "ExpireDelegationToken",
  versions: "1-2",
  flexible: "2+",
  request: {
    hmac: bytes(),
    // A negative one ends it at once.
    expiryTimePeriodMs: int64(),
  },
  response: {
    errorCode: int16(),
    expiryTimestampMs: int64(),
    throttleTimeMs: int32({ default: 0 }),
  },
});

export type ExpireDelegationTokenRequest = RequestOf<typeof expireDelegationToken>;
export type ExpireDelegationTokenResponse = ResponseOf<typeof expireDelegationToken>;
export type ExpireDelegationTokenResponseInput = ResponseInput<typeof expireDelegationToken>;
