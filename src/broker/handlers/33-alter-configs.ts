/**
 * AlterConfigs: the configs that are named become all that is set on a resource. The controller
 * decides.
 */
import { alterConfigs } from "../../protocol/messages/33-alter-configs.ts";
import { alterResources, refusedResources, SET } from "../alter-resources.ts";
import { handler } from "../handler.ts";

export const alterConfigsHandler = handler({
  api: alterConfigs,

  async handle({ resources, validateOnly }, { broker }) {
    const toAlter = resources.map(({ configs, ...resource }) => ({
      ...resource,
      configs: configs.map(({ name, value }) => ({ name, value, configOperation: SET })),
    }));
    const how = { validateOnly, replacesAll: true };
    return { responses: await alterResources(broker, toAlter, how) };
  },

  refuse: ({ resources }, error) => ({ responses: refusedResources(resources, error) }),
});
