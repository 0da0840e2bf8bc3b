/** CreateDelegationToken: makes a token by which others may act as its owner (KIP-48). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, bytes, int16, int32, int64, string } from "../schema.ts";

export const createDelegationToken = api({
  key: 38,
  name: "CreateDelegationToken",
  versions: "1-3",
  flexible: "2+",
  request: {
    // Null, here and below, is who asks.
    ownerPrincipalType: string({ versions: "3+", nullable: "3+" }),
    ownerPrincipalName: string({ versions: "3+", nullable: "3+" }),
    renewers: array({ principalType: string(), principalName: string() }),
    // -1 is as long as the controller allows.
    maxLifetimeMs: int64(),
  },
  response: {
    errorCode: int16(),
    principalType: string(),
    principalName: string(),
    tokenRequesterPrincipalType: string({ versions: "3+" }),
    tokenRequesterPrincipalName: string({ versions: "3+" }),
    issueTimestampMs: int64(),
    expiryTimestampMs: int64(),
    maxTimestampMs: int64(),
    tokenId: string(),
    hmac: bytes(),
    throttleTimeMs: int32({ default: 0 }),
  },
});

export type CreateDelegationTokenRequest = RequestOf<typeof createDelegationToken>;
export type CreateDelegationTokenResponse = ResponseOf<typeof createDelegationToken>;
export type CreateDelegationTokenResponseInput = ResponseInput<typeof createDelegationToken>;
