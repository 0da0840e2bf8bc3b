/** What a sequence is: a seed for each of its steps, all of which come from one. */
import { Draw } from "./draw.ts";
import type { Kind } from "./kind.ts";
import { brokerAndGroupConfigKinds } from "./kinds/broker-and-group-configs.ts";
import { classicMemberKinds } from "./kinds/classic-members.ts";
import { clusterKinds } from "./kinds/cluster.ts";
import { configKinds } from "./kinds/configs.ts";
import { consumerMemberKinds } from "./kinds/consumer-members.ts";
import { fetchKinds } from "./kinds/fetch.ts";
import { groupKinds } from "./kinds/groups.ts";
import { logKinds } from "./kinds/log.ts";
import { produceKinds } from "./kinds/produce.ts";
import { createFirst, topicKinds } from "./kinds/topics.ts";

const FEWEST_STEPS = 5;
const MOST_STEPS = 30;
/** One in so many sequences is about configs of brokers and groups, and nothing else. */
const OF_BROKER_CONFIGS = 10;
/** Spreads the sequences of a run over all seeds (the golden ratio as 32 bits). */
const SPREAD = 0x9e3779b9;

/** A step: a kind of request, and what the request is drawn from. */
export interface Step {
  readonly kind: Kind;
  readonly seed: number;
}

const logs = [...produceKinds, ...fetchKinds, ...logKinds];
const areas: readonly (readonly Kind[])[] = [
  [...topicKinds, ...configKinds, ...clusterKinds],
  logs,
  logs,
  [...classicMemberKinds, ...groupKinds],
  [...consumerMemberKinds, ...groupKinds],
];
const everything = areas.flat();

/** The steps of a sequence of a run. */
export function stepsOf(runSeed: number, index: number): Step[] {
  const draw = new Draw(Math.imul(runSeed, SPREAD) ^ Math.imul(index + 1, SPREAD >>> 1));
  const seed = () => Math.floor(draw.next() * 2 ** 32);
  if (index % OF_BROKER_CONFIGS === OF_BROKER_CONFIGS - 1) {
    const step = () => ({ kind: draw.weighted(brokerAndGroupConfigKinds), seed: seed() });
    return draw.list(MOST_STEPS, MOST_STEPS, step);
  }
  // Most sequences keep to one area and go deep there.
  const kinds = draw.chance(0.25) ? everything : draw.pick(areas);
  const steps = draw.list(FEWEST_STEPS, MOST_STEPS, () => ({
    kind: draw.chance(0.1) ? draw.weighted(everything) : draw.weighted(kinds),
    seed: seed(),
  }));
  return [{ kind: createFirst, seed: seed() }, ...steps];
}
