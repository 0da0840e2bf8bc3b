/**
 * IncrementalAlterConfigs: some configs of a resource are set, return to their defaults, or gain
 * and lose values of a list (KIP-339). The controller decides.
 */
import { incrementalAlterConfigs } from "../../protocol/messages/44-incremental-alter-configs.ts";
import { alterResources, refusedResources } from "../alter-resources.ts";
import { handler } from "../handler.ts";

export const incrementalAlterConfigsHandler = handler({
  api: incrementalAlterConfigs,

  async handle({ resources, validateOnly }, { broker }) {
    const how = { validateOnly, replacesAll: false };
    return { responses: await alterResources(broker, resources, how) };
  },

  refuse: ({ resources }, error) => ({ responses: refusedResources(resources, error) }),
});
