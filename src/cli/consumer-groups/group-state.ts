/** What the state of a group means to somebody who asks for its members or offsets. */
import type { Say } from "../kafka-tool.ts";

/** Says what is special about a state; returns whether there may be something to show. */
export function tellState(groupId: string, groupState: string, say: Say): boolean {
  switch (groupState) {
    case "Dead":
      say(`\nError: Consumer group '${groupId}' does not exist.`);
      return false;
    case "Empty":
      console.error(`\nConsumer group '${groupId}' has no active members.`);
      return true;
    case "PreparingRebalance":
    case "CompletingRebalance":
    case "Assigning":
    case "Reconciling":
      console.error(`\nWarning: Consumer group '${groupId}' is rebalancing.`);
      return true;
    default:
      return true;
  }
}
