/** RenewDelegationToken: puts the expiry of a delegation token off (KIP-48). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { bytes, int16, int32, int64 } from "../schema.ts";

export const renewDelegationToken = api({
  key: 39,
  name: "RenewDelegationToken",
  versions: "1-2",
  flexible: "2+",
  request: {
    hmac: bytes(),
    // -1 is as long as the controller is configured to.
    renewPeriodMs: int64(),
  },
  response: {
    errorCode: int16(),
    expiryTimestampMs: int64(),
    throttleTimeMs: int32({ default: 0 }),
  },
});

export type RenewDelegationTokenRequest = RequestOf<typeof renewDelegationToken>;
export type RenewDelegationTokenResponse = ResponseOf<typeof renewDelegationToken>;
export type RenewDelegationTokenResponseInput = ResponseInput<typeof renewDelegationToken>;
