/**
 * SaslHandshake: the client names the mechanism by which it authenticates itself. Bare SASL tokens
 * follow after version 0, SaslAuthenticate requests after version 1.
 */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, int16, string } from "../schema.ts";

export const saslHandshake = api({
  key: 17,
  name: "SaslHandshake",
  versions: "0-1",
  request: {
    mechanism: string(),
  },
  response: {
    errorCode: int16(),
    mechanisms: array(string()),
  },
});

export type SaslHandshakeRequest = RequestOf<typeof saslHandshake>;
export type SaslHandshakeResponse = ResponseOf<typeof saslHandshake>;
export type SaslHandshakeResponseInput = ResponseInput<typeof saslHandshake>;
