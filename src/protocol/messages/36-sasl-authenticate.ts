/** SaslAuthenticate: one step of the SASL exchange that SaslHandshake began (KIP-152). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { bytes, int16, int64, string } from "../schema.ts";

export const saslAuthenticate = api({
  key: 36,
  name: "SaslAuthenticate",
  versions: "0-2",
  flexible: "2+",
  request: {
    authBytes: bytes(),
  },
  response: {
    errorCode: int16(),
    errorMessage: string({ nullable: "0+" }),
    authBytes: bytes(),
    // After how long the client is to authenticate itself again (KIP-368); 0 is never.
    sessionLifetimeMs: int64({ versions: "1+", default: 0 }),
  },
});

export type SaslAuthenticateRequest = RequestOf<typeof saslAuthenticate>;
export type SaslAuthenticateResponse = ResponseOf<typeof saslAuthenticate>;
export type SaslAuthenticateResponseInput = ResponseInput<typeof saslAuthenticate>;
