/**
 * DescribeConfigs: the configs of topics, brokers and other resources, and where their values are
 * from.
 */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, bool, int16, int32, int8, string } from "../schema.ts";

export const describeConfigs = api({
  key: 32,
  name: "DescribeConfigs",
  versions: "1-4",
  flexible: "4+",
  request: {
    resources: array({
      resourceType: int8(),
      resourceName: string(),
      // Null asks for all of them.
      configurationKeys: array(string(), { nullable: "0+" }),
    }),
    includeSynonyms: bool({ default: false }),
    includeDocumentation: bool({ versions: "3+", default: false }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    results: array({
      errorCode: int16(),
      errorMessage: string({ nullable: "0+" }),
      resourceType: int8(),
      resourceName: string(),
      configs: array({
        name: string(),
        // Null as well where it is sensitive.
        value: string({ nullable: "0+" }),
        readOnly: bool(),
        configSource: int8({ default: -1 }),
        isSensitive: bool(),
        synonyms: array({ name: string(), value: string({ nullable: "0+" }), source: int8() }),
        configType: int8({ versions: "3+", default: 0 }),
        documentation: string({ versions: "3+", nullable: "0+" }),
      }),
    }),
  },
});

export type DescribeConfigsRequest = RequestOf<typeof describeConfigs>;
export type DescribeConfigsResponse = ResponseOf<typeof describeConfigs>;
export type DescribeConfigsResponseInput = ResponseInput<typeof describeConfigs>;
