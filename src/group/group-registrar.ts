/**
 * Keeps the controller's list of groups true to the group: what it is, and which topics it wants to
 * be told of. It is told when that changes, again and again until it has confirmed, which for most
 * groups is twice in their lives.
 */
import type { Millis } from "../base/clock.ts";
import { ConsumerGroup } from "./consumer/consumer-group.ts";
import type { GroupConfigs } from "./current-config.ts";
import type { GroupType } from "./group-calls.ts";
import type { GroupState } from "./group-state.ts";
import type { GroupStore } from "./group-store.ts";
import type { Group } from "./group.ts";

/** What a group says of itself; `controller/` has the same shape of its own. */
export interface GroupRegistration {
  readonly groupId: string;
  /**
   * Rises with each registration, and from one group of a name to the next, so that one that is
   * overtaken counts no more.
   */
  readonly version: number;
  /** Null when the group is no more. */
  readonly listing: {
    readonly groupType: GroupType;
    readonly protocolType: string;
    readonly hasMembers: boolean;
  } | null;
  /** The topics that it wants to be told of; null is all topics. */
  readonly topics: readonly string[] | null;
}

export interface RegistrarPorts {
  now(): Millis;
  after(delayMs: Millis, run: () => void): () => void;
  /** Tells the group's configs. */
  register(registration: GroupRegistration): Promise<GroupConfigs>;
  /**
   * The controller has confirmed; perhaps it now tells of topics of which it did not tell before.
   */
  onConfirmed(hasNewTopics: boolean, configs: GroupConfigs): void;
}

/** How long until a registration that broke is made again, at first and at most. */
const FIRST_RETRY_MS = 200;
const MAX_RETRY_MS = 30_000;

/** For how long a call that broke may still reach the controller. */
const MAX_LATE_MS = 60_000;

/** What the controller has of a group that it was never told of, or that it was told is gone. */
const NOTHING = says(null, []);

export class GroupRegistrar {
  readonly #store: GroupStore;
  readonly #ports: RegistrarPorts;
  #attempt: Promise<void> | null = null;
  #isWaiting = false;
  #retryMs = FIRST_RETRY_MS;
  /** What it is told of, read from what the controller has confirmed. */
  #told: { says: string; topics: ReadonlySet<string> | null } = { says: "", topics: new Set() };

  constructor(store: GroupStore, ports: RegistrarPorts) {
    this.#store = store;
    this.#ports = ports;
  }

  /** Whether the controller is known to have what the group says. */
  isUpToDate(state: GroupState): boolean {
    const { listing, topics } = registrationOf(state);
    return this.#confirmed === says(listing, topics);
  }

  /**
   * Tells the controller, if there is something to tell. Resolves after the first attempt: whether
   * it succeeded or not, the rest goes on by itself.
   */
  async update(state: GroupState): Promise<void> {
    if (this.isUpToDate(state) || this.#isWaiting) return;
    await (this.#attempt ??= this.#tell(state));
  }

  /** Whether the controller is known to tell the group when this topic comes or goes. */
  isToldOf(topic: string): boolean {
    const says = this.#confirmed;
    if (this.#told.says !== says) this.#told = { says, topics: topicsOf(says) };
    return this.#told.topics === null || this.#told.topics.has(topic);
  }

  get #confirmed(): string {
    return this.#store.get("registration")?.says ?? NOTHING;
  }

  async #tell(state: GroupState): Promise<void> {
    const { now } = this.#ports;
    const { listing, topics } = registrationOf(state);
    const before = this.#store.get("registration");
    // What an earlier group of the name has said is not known any more, but is older than now.
    const version = Math.max((before?.version ?? 0) + 1, now());
    // Noted before it is told: another version must not follow under the same number.
    const unconfirmed = { version, says: UNCONFIRMED, lateUntil: now() + MAX_LATE_MS };
    this.#store.set("registration", unconfirmed);
    let configs: GroupConfigs;
    try {
      configs = await this.#ports.register({ groupId: state.groupId, version, listing, topics });
    } catch {
      this.#attempt = null;
      this.#retry(state);
      return;
    }
    this.#attempt = null;
    this.#retryMs = FIRST_RETRY_MS;
    const lateUntil = before?.lateUntil ?? 0;
    // The controller remembers nothing of a group that is gone: what comes late would be news to
    // it.
    const isTooEarly = listing === null && now() < lateUntil;
    const confirmed = isTooEarly ? UNCONFIRMED : says(listing, topics);
    // Should this be lost, the controller is told once more.
    this.#store.setLazily("registration", { version, says: confirmed, lateUntil });
    this.#ports.onConfirmed(hasMore(topics, before?.says ?? NOTHING), configs);
    if (isTooEarly) this.#ports.after(lateUntil - now(), () => void this.update(state));
    else if (!this.isUpToDate(state)) void this.update(state);
  }

  #retry(state: GroupState): void {
    const delayMs = this.#retryMs;
    this.#retryMs = Math.min(2 * delayMs, MAX_RETRY_MS);
    this.#isWaiting = true;
    this.#ports.after(delayMs, () => {
      this.#isWaiting = false;
      void this.update(state);
    });
  }
}

/** What the controller has is not known. */
const UNCONFIRMED = "";

function registrationOf({
  group,
  offsets,
}: GroupState): Pick<GroupRegistration, "listing" | "topics"> {
  if (group === null) return { listing: null, topics: [] };
  const { groupType, protocolType, isEmpty } = group;
  const subscribed = subscribedTopics(group);
  return {
    listing: { groupType, protocolType, hasMembers: !isEmpty },
    topics: subscribed && [...new Set([...subscribed, ...offsets.topics()])].sort(),
  };
}

/** The topics whose coming and going matters to the group; null where all topics do. */
function subscribedTopics(group: Group): Iterable<string> | null {
  // The members of a classic group look after their topics themselves.
  return group instanceof ConsumerGroup ? group.topicsToWatch() : [];
}

/** Whether these are not all among the topics of a registration, as far as that is known. */
function hasMore(topics: GroupRegistration["topics"], said: string): boolean {
  if (topics?.length === 0) return false;
  if (said === UNCONFIRMED) return true;
  const before = topicsOf(said);
  if (before === null || topics === null) return before !== null;
  return topics.some((topic) => !before.has(topic));
}

/** The topics of a registration as text, none where it is not known; null is all topics. */
function topicsOf(said: string): ReadonlySet<string> | null {
  if (said === UNCONFIRMED) return new Set();
  const [, topics] = JSON.parse(said) as [unknown, GroupRegistration["topics"]];
  return topics && new Set(topics);
}

/** A registration as text, to be compared. */
function says(listing: GroupRegistration["listing"], topics: GroupRegistration["topics"]): string {
  return JSON.stringify([listing, topics]);
}
