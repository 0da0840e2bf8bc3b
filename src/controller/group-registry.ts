/**
 * The tables of groups: who there is, and who wants to be told of which topics. Looked up by key
 * alone, as everything in the controller's image.
 */
import type { Sql } from "../base/sql.ts";

/** What a group says of itself. */
export interface GroupRegistration {
  readonly groupId: string;
  /**
   * Raised by the group with each registration: one that was overtaken by a later one is dropped.
   */
  readonly version: number;
  /** Null when the group is no more. */
  readonly listing: GroupListing | null;
  /** The topics that the group wants to be told of; null is all topics. */
  readonly topics: readonly string[] | null;
}

export interface GroupListing {
  readonly groupType: string;
  readonly protocolType: string;
  /** A group without members is in Kafka's state Empty; others are asked what they are. */
  readonly hasMembers: boolean;
}

export interface RegisteredGroup extends GroupListing {
  readonly groupId: string;
}

/** Groups in the order of their ids, beginning with `from`. */
export interface GroupsPage {
  readonly from: string;
  readonly limit: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS groups (
    group_id TEXT PRIMARY KEY, version INTEGER NOT NULL, group_type TEXT NOT NULL,
    protocol_type TEXT NOT NULL, has_members INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS group_topics (
    topic TEXT, group_id TEXT, PRIMARY KEY (topic, group_id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS topics_by_group ON group_topics (group_id);
`;

/** Stands for all topics: no topic has this name. */
const ALL_TOPICS = "";

export class GroupRegistry {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.run(SCHEMA);
  }

  /** The version of a group's last registration; -1 for a group that is not here. */
  version(groupId: string): number {
    const query = "SELECT version FROM groups WHERE group_id = ?";
    return this.#sql.get<{ version: number }>(query, groupId)?.version ?? -1;
  }

  /** Up to `limit` groups in the order of their ids, beginning with `from`. */
  page(from: string, limit: number): RegisteredGroup[] {
    const query = "SELECT * FROM groups WHERE group_id >= ? ORDER BY group_id LIMIT ?";
    return this.#sql
      .all<{ group_id: string; group_type: string; protocol_type: string; has_members: number }>(
        query,
        from,
        limit,
      )
      .map((row) => ({
        groupId: row.group_id,
        groupType: row.group_type,
        protocolType: row.protocol_type,
        hasMembers: row.has_members === 1,
      }));
  }

  /** The groups that want to be told of a topic. */
  concernedWith(topic: string): string[] {
    const query = "SELECT DISTINCT group_id FROM group_topics WHERE topic IN (?, ?)";
    const rows = this.#sql.all<{ group_id: string }>(query, topic, ALL_TOPICS);
    return rows.map((row) => row.group_id);
  }

  /** Writes what has changed and no other row. */
  store({ groupId, version, listing, topics }: GroupRegistration): void {
    const wanted = new Set(listing === null ? [] : (topics ?? [ALL_TOPICS]));
    const query = "SELECT topic FROM group_topics WHERE group_id = ?";
    const rows = this.#sql.all<{ topic: string }>(query, groupId);
    const before = new Set(rows.map(({ topic }) => topic));
    for (const topic of before) {
      if (wanted.has(topic)) continue;
      this.#sql.run("DELETE FROM group_topics WHERE topic = ? AND group_id = ?", topic, groupId);
    }
    for (const topic of wanted) {
      if (before.has(topic)) continue;
      this.#sql.run("INSERT INTO group_topics VALUES (?, ?)", topic, groupId);
    }
    if (listing === null) {
      this.#sql.run("DELETE FROM groups WHERE group_id = ?", groupId);
      return;
    }
    this.#sql.run(
      "INSERT OR REPLACE INTO groups VALUES (?, ?, ?, ?, ?)",
      groupId,
      version,
      listing.groupType,
      listing.protocolType,
      listing.hasMembers ? 1 : 0,
    );
  }
}
