/**
 * ListGroups: the groups that this broker speaks for, so that whoever asks every broker hears of
 * each group once. The controller knows which groups there are and which of them have no members;
 * only the others are asked for their state.
 */
import type { RegisteredGroup } from "../../controller/group-registry.ts";
import { coordinatorPartition } from "../../group/coordinator-partition.ts";
import type { RequestOf } from "../../protocol/api.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { listGroups } from "../../protocol/messages/16-list-groups.ts";
import { askGroup } from "../ask-group.ts";
import type { Broker } from "../broker.ts";
import { fewAtOnce } from "../few-at-once.ts";
import { handler } from "../handler.ts";
import { findOffsetsTopic } from "../offsets-topic.ts";
import type { ControllerPort } from "../ports.ts";

interface ListedGroup {
  readonly groupId: string;
  readonly protocolType: string;
  readonly groupState: string;
  readonly groupType: string;
}

/** Groups that the controller names in one answer. */
const GROUPS_PER_PAGE = 1000;

/** Kafka's state of a group without members. */
const EMPTY = "Empty";

export const listGroupsHandler = handler({
  api: listGroups,

  async handle(request, { broker }) {
    const { controller, nodeId } = broker.ports;
    const topic = await findOffsetsTopic(controller);
    // A group comes after the topic that it writes to.
    if (!topic) return { errorCode: ErrorCode.NONE, groups: [] };
    const { partitions } = topic;
    const filter = new GroupFilter(request);
    const groups: ListedGroup[] = [];
    for await (const page of registeredGroups(controller)) {
      const wanted = page.filter(
        (group) =>
          partitions[coordinatorPartition(group.groupId, partitions.length)]!.leader === nodeId &&
          filter.mayPass(group),
      );
      const listed = await fewAtOnce(wanted, (group) => listGroup(broker, group));
      groups.push(...listed.flatMap((group) => (group && filter.passes(group) ? [group] : [])));
    }
    return { errorCode: ErrorCode.NONE, groups };
  },

  refuse: (_request, error) => ({ errorCode: error, groups: [] }),
});

/** The groups that there are, page by page. */
async function* registeredGroups(controller: Pick<ControllerPort, "listGroups">) {
  for (let from = ""; ;) {
    const page = await controller.listGroups({ from, limit: GROUPS_PER_PAGE });
    yield page;
    if (page.length < GROUPS_PER_PAGE) return;
    // The least id that comes after the last one.
    from = `${page.at(-1)!.groupId}\0`;
  }
}

/** Null for a group that is gone, or that does not answer. */
async function listGroup(broker: Broker, group: RegisteredGroup): Promise<ListedGroup | null> {
  const { groupId, groupType, protocolType } = group;
  if (!group.hasMembers) return { groupId, groupType, protocolType, groupState: EMPTY };
  const answer = await askGroup(broker, groupId, async (port) => ({
    error: null,
    listing: await port.list(),
  }));
  return answer.error === null && answer.listing ? { groupId, ...answer.listing } : null;
}

/** The states and types that a request wants, in any case; none at all are all of them. */
class GroupFilter {
  readonly #states: ReadonlySet<string>;
  readonly #types: ReadonlySet<string>;

  constructor({ statesFilter, typesFilter }: RequestOf<typeof listGroups>) {
    this.#states = new Set(statesFilter.map((state) => state.trim().toLowerCase()));
    this.#types = new Set(typesFilter.map((type) => type.toLowerCase()));
  }

  /** Whether the group need be asked at all. */
  mayPass({ groupType, hasMembers }: RegisteredGroup): boolean {
    const wantsMembers = this.#states.size === 0 || [...this.#states].some(isOfMembers);
    return this.#hasType(groupType) && (hasMembers ? wantsMembers : this.#hasState(EMPTY));
  }

  passes({ groupType, groupState }: ListedGroup): boolean {
    return this.#hasType(groupType) && this.#hasState(groupState);
  }

  #hasType(type: string): boolean {
    return this.#types.size === 0 || this.#types.has(type.toLowerCase());
  }

  #hasState(state: string): boolean {
    return this.#states.size === 0 || this.#states.has(state.toLowerCase());
  }
}

/** Whether a group with members can be in the state. */
function isOfMembers(state: string): boolean {
  return state !== EMPTY.toLowerCase();
}
