/** DescribeDelegationToken: the delegation tokens of these owners (KIP-48). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, bytes, int16, int32, int64, string } from "../schema.ts";

export const describeDelegationToken = api({
  key: 41,
  name: "DescribeDelegationToken",
  versions: "1-3",
  flexible: "2+",
  request: {
    // Null asks for all tokens.
    owners: array({ principalType: string(), principalName: string() }, { nullable: "0+" }),
  },
  response: {
    errorCode: int16(),
    tokens: array({
      principalType: string(),
      principalName: string(),
      tokenRequesterPrincipalType: string({ versions: "3+" }),
      tokenRequesterPrincipalName: string({ versions: "3+" }),
      issueTimestamp: int64(),
      expiryTimestamp: int64(),
      maxTimestamp: int64(),
      tokenId: string(),
      hmac: bytes(),
      renewers: array({ principalType: string(), principalName: string() }),
    }),
    throttleTimeMs: int32({ default: 0 }),
  },
});

export type DescribeDelegationTokenRequest = RequestOf<typeof describeDelegationToken>;
export type DescribeDelegationTokenResponse = ResponseOf<typeof describeDelegationToken>;
export type DescribeDelegationTokenResponseInput = ResponseInput<typeof describeDelegationToken>;
