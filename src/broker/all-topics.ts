/** The whole cluster, for the requests whose answer is all topics, asked for page by page. */
import type { ClusterDescription, TopicDescription } from "../controller/describe.ts";
import type { ControllerPort } from "./ports.ts";

/** Topics in one answer of the controller, so that it fits in a message. */
const PAGE_SIZE = 1000;

export async function allTopics(
  controller: Pick<ControllerPort, "describeCluster">,
): Promise<ClusterDescription> {
  const topics: TopicDescription[] = [];
  for (let from = ""; ;) {
    const page = await controller.describeCluster({ page: { from, limit: PAGE_SIZE } });
    topics.push(...page.topics);
    if (page.topics.length < PAGE_SIZE) return { brokers: page.brokers, topics };
    from = `${page.topics.at(-1)!.name}\0`;
  }
}
