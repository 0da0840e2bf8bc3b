/**
 * The list of groups. A group is the truth about itself; it is noted here so that ListGroups finds
 * it, and so that it is told when topics that it has to do with come or go.
 */
import type { GroupConfigs } from "./dynamic-configs.ts";
import type { GroupRegistration, GroupsPage, RegisteredGroup } from "./group-registry.ts";
import type { ClusterImage } from "./image.ts";
import type { ControllerEffect, Step } from "./step.ts";

/**
 * Notes what a group says of itself, unless it has said something newer. The answer does not tell
 * which: who was overtaken has nothing left to do. It tells the group's configs, which may have
 * changed before the controller knew that there is somebody to tell.
 */
export function registerGroup(
  image: ClusterImage,
  registration: GroupRegistration,
): Step<GroupConfigs> {
  const isNew = registration.version > image.groups.version(registration.groupId);
  const records = isNew ? [{ type: "Group", ...registration } as const] : [];
  return { records, response: image.dynamicConfigs.group(registration.groupId), effects: [] };
}

/** The effects of a change of topics: the groups that have to do with them are told. */
export function tellGroups(image: ClusterImage, topics: Iterable<string>): ControllerEffect[] {
  const groupIds = new Set([...topics].flatMap((topic) => image.groups.concernedWith(topic)));
  return [...groupIds].map((groupId) => ({ type: "tellGroup", groupId }));
}

export function listGroups(image: ClusterImage, { from, limit }: GroupsPage): RegisteredGroup[] {
  return image.groups.page(from, limit);
}
