/** Subscriptions by regular expression, and when they are resolved. */
import { describe, expect, test } from "vitest";

import {
  matchTopics,
  regexResolutionFailed,
  regexesResolved,
  startRegexResolution,
} from "../../../src/group/consumer/regular-expressions.ts";
import { topicNamesOf } from "../../../src/group/consumer/topic-names.ts";
import { GroupUnderTest, durable } from "./group-under-test.ts";
import type { HeartbeatOptions } from "./group-under-test.ts";

const MIN_REFRESH_INTERVAL_MS = 10_000;

function joinWith(it: GroupUnderTest, memberId: string, regex: string, names: string[] = []) {
  return it.joinAs(memberId, names, { subscribedTopicRegex: regex });
}

function started(it: GroupUnderTest): readonly string[] {
  return startRegexResolution(it.group, it.turn);
}

/** Does what a host does after a heartbeat. */
function resolve(it: GroupUnderTest): readonly string[] {
  const regexes = started(it);
  regexesResolved(it.state, matchTopics(regexes, it.topicNames), it.turn);
  return regexes;
}

function group(configs: Readonly<Record<string, string>> = {}): GroupUnderTest {
  const it = new GroupUnderTest({
    "group.consumer.assignment.interval.ms": "0",
    "group.consumer.assignors": "range",
    ...configs,
  });
  return it.topic("foo", 2).topic("foo-2", 1).topic("bar", 1);
}

describe("a regular expression", () => {
  test.for([
    ["foo(", "missing closing )"],
    ["[a", "missing closing ]"],
    ["*", "missing argument to repetition operator"],
    ["(?=a)", "invalid or unsupported Perl syntax"],
    ["a\\1", "invalid escape sequence"],
  ])("[GRP48] that is none is refused: %j", ([regex, reason]) => {
    const refused = {
      error: "INVALID_REGULAR_EXPRESSION",
      errorMessage: `SubscribedTopicRegex \`${regex!}\` is not a valid regular expression: ${reason!}.`,
    };
    const it = group();
    expect(joinWith(it, "a", regex!)).toMatchObject(refused);
    expect(it.state.group).toBeNull();
    it.joinAs("a", ["foo"]);
    const before = it.turn.records.length;
    expect(it.beat("a", { subscribedTopicRegex: regex! })).toMatchObject(refused);
    expect(it.recordedSince(before)).toEqual([]);
  });

  test("[GRP48] matches whole names", () => {
    const names = ["foo", "foo-2", "barfoo", "Foo"];
    expect(matchTopics(["foo", "foo.*", "(?i)foo", "o"], names)).toEqual(
      new Map([
        ["foo", ["foo"]],
        ["foo.*", ["foo", "foo-2"]],
        ["(?i)foo", ["foo", "Foo"]],
        ["o", []],
      ]),
    );
  });

  test("[GRP48] that is empty is none", () => {
    const it = group();
    expect(joinWith(it, "a", "")).toMatchObject({ error: null, memberEpoch: 1 });
    expect(it.group.subscriptions.hasRegularExpressions).toBe(false);
    expect(it.group.topicsToWatch()).toEqual(new Set());
  });
});

describe("resolving", () => {
  test("[GRP49] gives members the topics that match, in a new epoch", () => {
    const it = group();
    expect(joinWith(it, "a", "foo.*")).toMatchObject({ memberEpoch: 1, assignment: [] });
    expect(it.group.groupEpoch).toBe(1);
    expect(it.group.topicsToWatch()).toBeNull();
    expect(resolve(it)).toEqual(["foo.*"]);
    expect(it.group.groupEpoch).toBe(2);
    expect(it.group.isSubscribedTo("foo")).toBe(true);
    expect(topicNamesOf(it.state, null)).toEqual(new Set(["foo", "foo-2"]));
    it.settle();
    expect(it.assigned("a")).toEqual({ foo: [0, 1], "foo-2": [0] });
    expect(durable(it.reloaded())).toEqual(durable(it.state));
  });

  test("[GRP49] adds to topics that a member names", () => {
    const it = group();
    joinWith(it, "a", "foo", ["bar", "foo"]);
    resolve(it);
    it.settle();
    expect(it.assigned("a")).toEqual({ bar: [0], foo: [0, 1] });
    it.beat("a", { subscribedTopicNames: [] });
    it.settle();
    expect(it.assigned("a")).toEqual({ foo: [0, 1] });
  });

  test("[GRP49] is done once for all members, and without an epoch where nothing comes of it", () => {
    const it = group();
    joinWith(it, "a", "none");
    resolve(it);
    expect(it.group.groupEpoch).toBe(1);
    joinWith(it, "b", "none");
    expect(it.group.groupEpoch).toBe(2);
    it.turn.now += MIN_REFRESH_INTERVAL_MS + 1;
    expect(started(it)).toEqual([]);
  });

  test("[GRP49] is under way once at a time", () => {
    const it = group();
    joinWith(it, "a", "foo.*");
    expect(started(it)).toEqual(["foo.*"]);
    joinWith(it, "b", "bar");
    expect(started(it)).toEqual([]);
    regexesResolved(it.state, matchTopics(["foo.*"], it.topicNames), it.turn);
    it.turn.now += MIN_REFRESH_INTERVAL_MS + 1;
    expect(resolve(it)).toEqual(["foo.*", "bar"]);
    it.settle();
    expect(it.assigned("b")).toEqual({ bar: [0] });
  });

  test("[GRP49] that failed is tried again", () => {
    const it = group();
    joinWith(it, "a", "foo.*");
    resolve(it);
    it.topic("foo-3", 1).turn.now += MIN_REFRESH_INTERVAL_MS + 1;
    expect(started(it)).toEqual(["foo.*"]);
    regexResolutionFailed(it.group);
    expect(started(it)).toEqual(["foo.*"]);
  });

  test("[GRP49] is due ten seconds after the last time at the earliest", () => {
    const it = group();
    joinWith(it, "a", "foo.*");
    resolve(it);
    joinWith(it, "b", "bar");
    it.turn.now += MIN_REFRESH_INTERVAL_MS;
    expect(started(it)).toEqual([]);
    it.turn.now += 1;
    expect(started(it)).toEqual(["foo.*", "bar"]);
  });

  test("[GRP49] is due when there are new topics, and after its interval", () => {
    const it = group({ "group.consumer.regex.refresh.interval.ms": "60000" });
    joinWith(it, "a", "foo.*");
    resolve(it);
    it.settle();
    it.turn.now += 20_000;
    expect(started(it)).toEqual([]);
    it.topic("foo-3", 1);
    expect(resolve(it)).toEqual(["foo.*"]);
    it.settle();
    expect(it.assigned("a")).toEqual({ foo: [0, 1], "foo-2": [0], "foo-3": [0] });
    const resolvedAt = it.group.subscriptions.resolvedRegularExpressions.get("foo.*")!.timestamp;
    it.turn.now = resolvedAt + 60_000;
    expect(started(it)).toEqual([]);
    it.turn.now += 1;
    expect(started(it)).toEqual(["foo.*"]);
  });

  test("[GRP49] is due after a restart, since topics may have come meanwhile", () => {
    const it = group();
    joinWith(it, "a", "foo.*");
    resolve(it);
    it.turn.now += 20_000;
    expect(started(it)).toEqual([]);
    it.restart();
    expect(started(it)).toEqual(["foo.*"]);
  });

  test("[GRP49] is nothing to those who no longer ask for it", () => {
    const it = group();
    joinWith(it, "a", "foo.*");
    const regexes = started(it);
    it.beat("a", { subscribedTopicRegex: "" });
    const before = it.turn.records.length;
    regexesResolved(it.state, matchTopics(regexes, it.topicNames), it.turn);
    expect(it.recordedSince(before)).toEqual([]);
    it.heartbeat("a", -1);
    for (const tombstone of it.group.tombstones()) it.turn.record(tombstone);
    it.state.group = null;
    regexesResolved(it.state, new Map(), it.turn);
    expect(it.state.group).toBeNull();
  });
});

describe("what a regular expression stands for", () => {
  test("[GRP49] is known at once to who joins others that have it", () => {
    const it = group();
    joinWith(it, "a", "foo.*");
    resolve(it);
    joinWith(it, "b", "foo.*");
    expect(it.group.groupEpoch).toBe(3);
    expect(it.target("b")).not.toEqual({});
  });

  test.for<[string, HeartbeatOptions | null]>([
    ["leaves", null],
    ["has another", { subscribedTopicRegex: "bar" }],
    ["has none any more", { subscribedTopicRegex: "" }],
  ])("[GRP49] is forgotten when its last member %s", ([, change]) => {
    const it = group();
    joinWith(it, "a", "foo.*");
    joinWith(it, "b", "foo.*");
    joinWith(it, "c", "", ["bar"]);
    resolve(it);
    it.settle();
    for (const memberId of ["a", "b"]) {
      expect(it.group.subscriptions.resolvedRegularExpressions.has("foo.*")).toBe(true);
      if (change === null) it.heartbeat(memberId, -1);
      else it.beat(memberId, change);
    }
    expect(it.group.subscriptions.resolvedRegularExpressions.size).toBe(0);
    expect(it.group.isSubscribedTo("foo")).toBe(false);
    expect(durable(it.reloaded())).toEqual(durable(it.state));
    it.settle();
    expect(it.group.partitionEpochs.get("foo", 0)).toBeUndefined();
  });

  test("[GRP37] makes groups of one expression alike, and others not", () => {
    const it = group();
    const type = () => it.group.subscriptions.subscriptionType(it.group.members.size);
    joinWith(it, "a", "foo.*");
    resolve(it);
    expect(type()).toBe("HOMOGENEOUS");
    joinWith(it, "b", "foo.*");
    expect(type()).toBe("HOMOGENEOUS");
    it.beat("b", { subscribedTopicNames: ["bar"] });
    expect(type()).toBe("HETEROGENEOUS");
    it.beat("b", { subscribedTopicNames: [], subscribedTopicRegex: "bar" });
    expect(type()).toBe("HETEROGENEOUS");
    it.beat("a", { subscribedTopicNames: ["bar"], subscribedTopicRegex: "" });
    it.beat("b", { subscribedTopicNames: ["bar"], subscribedTopicRegex: "" });
    expect(type()).toBe("HOMOGENEOUS");
  });
});
