/** AlterClientQuotas: sets and removes quotas of users, client ids and addresses (KIP-546). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, bool, float64, int16, int32, string } from "../schema.ts";

export const alterClientQuotas = api({
  key: 49,
  name: "AlterClientQuotas",
  versions: "0-1",
  flexible: "1+",
  request: {
    entries: array({
      entity: array({
        entityType: string(),
        // Null is the default entity.
        entityName: string({ nullable: "0+" }),
      }),
      ops: array({ key: string(), value: float64(), remove: bool() }),
    }),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    entries: array({
      errorCode: int16(),
      errorMessage: string({ nullable: "0+" }),
      entity: array({ entityType: string(), entityName: string({ nullable: "0+" }) }),
    }),
  },
});

export type AlterClientQuotasRequest = RequestOf<typeof alterClientQuotas>;
export type AlterClientQuotasResponse = ResponseOf<typeof alterClientQuotas>;
export type AlterClientQuotasResponseInput = ResponseInput<typeof alterClientQuotas>;
