/**
 * DescribeUserScramCredentials: which SCRAM mechanisms users can authenticate themselves by
 * (KIP-554).
 */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, int16, int32, int8, string } from "../schema.ts";

export const describeUserScramCredentials = api({
  key: 50,
  name: "DescribeUserScramCredentials",
  versions: "0",
  flexible: "0+",
  request: {
    // Null, or none, asks for all of them.
    users: array({ name: string() }, { nullable: "0+" }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullable: "0+" }),
    results: array({
      user: string(),
      errorCode: int16(),
      errorMessage: string({ nullable: "0+" }),
      credentialInfos: array({
        // 1 is SCRAM-SHA-256, 2 is SCRAM-SHA-512.
        mechanism: int8(),
        iterations: int32(),
      }),
    }),
  },
});

export type DescribeUserScramCredentialsRequest = RequestOf<typeof describeUserScramCredentials>;
export type DescribeUserScramCredentialsResponse = ResponseOf<typeof describeUserScramCredentials>;
export type DescribeUserScramCredentialsResponseInput = ResponseInput<
  typeof describeUserScramCredentials
>;
