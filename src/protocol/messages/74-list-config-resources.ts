/**
 * ListConfigResources: the names of the resources of these types (KIP-1142). Version 0 knows client
 * metrics alone, and was ListClientMetricsResources.
 */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, int16, int32, int8, string } from "../schema.ts";

/** The type of resource that version 0 means. */
const CLIENT_METRICS = 16;

export const listConfigResources = api({
  key: 74,
  name: "ListConfigResources",
  versions: "0-1",
  flexible: "0+",
  request: {
    resourceTypes: array(int8(), { versions: "1+" }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    configResources: array({
      resourceName: string(),
      resourceType: int8({ versions: "1+", default: CLIENT_METRICS }),
    }),
  },
});

export type ListConfigResourcesRequest = RequestOf<typeof listConfigResources>;
export type ListConfigResourcesResponse = ResponseOf<typeof listConfigResources>;
export type ListConfigResourcesResponseInput = ResponseInput<typeof listConfigResources>;
