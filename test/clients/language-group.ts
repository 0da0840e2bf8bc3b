import type { GroupMember } from "./group-member.ts";
/** A group of members of other languages, with the value of each record that they have handled. */
import { GroupUnderTest } from "./group-under-test.ts";
import type { LanguageClient, Protocol } from "./language-clients.ts";
import { clientSays, languageMember } from "./language-clients.ts";

/** What a client finds of a group, without regard to the order of what it finds. */
export interface Description {
  readonly state: string;
  /** Client ids with the partitions of each. */
  readonly members: Readonly<Record<string, readonly string[]>>;
  /** What is committed of how much, for each partition. */
  readonly offsets: Readonly<Record<string, string>>;
}

export class LanguageGroup extends GroupUnderTest {
  /** In the order in which the test learned of them. */
  readonly values: string[] = [];
  readonly #bootstrap: string;
  readonly #topic: string;
  readonly #protocol: Protocol;

  constructor(bootstrap: string, topic: string, protocol: Protocol) {
    super({ bootstrap, groupId: `${topic}-group`, topics: [topic] });
    this.#bootstrap = bootstrap;
    this.#topic = topic;
    this.#protocol = protocol;
  }

  /** Starts a member, whose client id is its name. */
  async join(client: LanguageClient, clientId: string): Promise<GroupMember> {
    const [bootstrap, topic, protocol] = [this.#bootstrap, this.#topic, this.#protocol];
    const membership = { bootstrap, topic, protocol, groupId: this.id, clientId };
    const take = (value: string) => this.values.push(value);
    return this.run(clientId, await languageMember(client, membership, take));
  }

  /** What a client says of the group. */
  async describedBy(client: LanguageClient): Promise<Description> {
    const said = await clientSays(client, ["describe", this.#bootstrap, this.id, this.#protocol]);
    const told = said.map((line) => line.split(" "));
    const members = told.filter(([kind]) => kind === "member");
    const offsets = told.filter(([kind]) => kind === "offset");
    return {
      state: told.find(([kind]) => kind === "state")![1]!.toLowerCase(),
      members: Object.fromEntries(
        members.map(([, clientId, ...owned]) => [
          clientId,
          owned.filter((partition) => partition !== "").toSorted(),
        ]),
      ),
      offsets: Object.fromEntries(
        offsets.map(([, partition, ...committed]) => [partition, committed.join(" ")]),
      ),
    };
  }
}
