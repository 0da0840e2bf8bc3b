/** DescribeClientQuotas: the quotas of the users, client ids and addresses that match (KIP-546). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, bool, float64, int16, int32, int8, string } from "../schema.ts";

export const describeClientQuotas = api({
  key: 48,
  name: "DescribeClientQuotas",
  versions: "0-1",
  flexible: "1+",
  request: {
    components: array({
      entityType: string(),
      // 0 is this name, 1 the default entity, 2 any name.
      matchType: int8(),
      match: string({ nullable: "0+" }),
    }),
    strict: bool(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullable: "0+" }),
    entries: array(
      {
        entity: array({
          entityType: string(),
          // Null is the default entity.
          entityName: string({ nullable: "0+" }),
        }),
        values: array({ key: string(), value: float64() }),
      },
      { nullable: "0+" },
    ),
  },
});

export type DescribeClientQuotasRequest = RequestOf<typeof describeClientQuotas>;
export type DescribeClientQuotasResponse = ResponseOf<typeof describeClientQuotas>;
export type DescribeClientQuotasResponseInput = ResponseInput<typeof describeClientQuotas>;
