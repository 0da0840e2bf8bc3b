/** The whole cluster, for the requests whose answer is all topics, asked for page by page. */
import type { ClusterDescription, TopicDescription } from "../controller/describe.ts";
import type { ControllerPort } from "./ports.ts";

/** Partitions in one answer of the controller: a tenth of what an RPC may carry. */
const MAX_PARTITIONS_PER_PAGE = 20_000;

export async function allTopics(
  controller: Pick<ControllerPort, "describeCluster">,
): Promise<ClusterDescription> {
  const topics: TopicDescription[] = [];
  for (let from = ""; ;) {
    const page = await controller.describeCluster({
      page: { from, maxPartitions: MAX_PARTITIONS_PER_PAGE },
    });
    topics.push(...page.topics);
    if (page.nextPage === null) return { ...page, topics };
    from = page.nextPage;
  }
}
