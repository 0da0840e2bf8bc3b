/** `odradek consumer-groups`: its flags, tables and files, as kafka-consumer-groups has them. */
import { describe, expect, test } from "vitest";

import { memberLines } from "../../src/cli/consumer-groups/describe-members.ts";
import { progressLines, progressRows } from "../../src/cli/consumer-groups/describe-offsets.ts";
import { stateLines } from "../../src/cli/consumer-groups/describe-states.ts";
import { tableLines } from "../../src/cli/consumer-groups/list.ts";
import type { GroupsFlags } from "../../src/cli/consumer-groups/options.ts";
import { invalidGroupsFlags } from "../../src/cli/consumer-groups/options.ts";
import { parsePartitions } from "../../src/cli/consumer-groups/partitions.ts";
import { exportCsv, parseCsv } from "../../src/cli/consumer-groups/reset-csv.ts";
import { resetLines } from "../../src/cli/consumer-groups/reset-offsets.ts";
import { parseDateTime, parseDuration } from "../../src/cli/consumer-groups/reset-times.ts";
import type { GroupDescription, GroupMember } from "../../src/client/admin/describe-groups.ts";

const at = (topic: string, ...partitions: number[]) =>
  partitions.map((partition) => ({ topic, partition }));

const member = (memberId: string, changes: Partial<GroupMember> = {}): GroupMember => ({
  memberId,
  groupInstanceId: null,
  clientId: "client",
  clientHost: "/127.0.0.1",
  assignment: [],
  targetAssignment: [],
  memberEpoch: null,
  isUpgraded: null,
  ...changes,
});

const group = (members: GroupMember[], changes: Partial<GroupDescription> = {}) => ({
  groupId: "g",
  groupState: "Stable",
  assignor: "range",
  members,
  groupEpoch: null,
  targetAssignmentEpoch: null,
  coordinator: { nodeId: 1, host: "127.0.0.1", port: 9092, rack: null },
  ...changes,
});

describe("flags", () => {
  test.each<[Partial<GroupsFlags>, string]>([
    [{}, "Command must include exactly one action: --list, --describe, --delete"],
    [{ describe: true }, "Option [describe] takes one of these options: [group], [all-groups]"],
    [
      { delete: true, group: ["g"], topic: ["t"] },
      "does not support topic-specific offset deletion",
    ],
    [{ deleteOffsets: true, group: ["g"] }, "takes the following options: [group], [topic]"],
    [
      { describe: true, group: ["g"], members: true, offsets: true },
      "Option [describe] takes at most one of these options: [members], [offsets], [state]",
    ],
    [{ describe: true, group: ["g"], state: "stable" }, "does not take a value for [state]"],
    [{ list: true, members: true }, 'Option "[members]" can\'t be used with option "[list]"'],
    [{ resetOffsets: true, group: ["g"], topic: ["t"] }, "requires one of the following scenarios"],
    [
      { resetOffsets: true, group: ["g"], toEarliest: true },
      "One of the reset scopes should be defined: --all-topics, --topic.",
    ],
    [
      { resetOffsets: true, group: ["g"], topic: ["t"], toEarliest: true, shiftBy: 1 },
      'Option "[shift-by]" can\'t be used with option "[to-earliest]"',
    ],
    [
      {
        resetOffsets: true,
        group: ["g"],
        topic: ["t"],
        toLatest: true,
        dryRun: true,
        execute: true,
      },
      "only accepts one of [execute] and [dry-run]",
    ],
    [{ describe: true, group: ["g"], allGroups: true }, 'Option "[group]" can\'t be used'],
  ])("%j are refused", (flags, message) => {
    expect(invalidGroupsFlags({ timeout: 1, ...flags })).toContain(message);
  });

  test("--from-file needs no topic", () => {
    const flags = { resetOffsets: true, group: ["g"], fromFile: "f", timeout: 1 } as const;
    expect(invalidGroupsFlags(flags)).toBeNull();
  });

  test("partitions are listed behind a topic", () => {
    expect(parsePartitions("t:0,2")).toEqual(at("t", 0, 2));
    expect(() => parsePartitions("t:0:1")).toThrow("expected topic name and partitions");
    expect(() => parsePartitions("t:x")).toThrow(
      "Invalid partition 'x' specified in topic arg 't:x'",
    );
  });
});

test("--list has a column for what is asked for", () => {
  const groups = [{ groupId: "g", protocolType: "", groupState: "Empty", groupType: "classic" }];
  const flags = { timeout: 1, state: true, type: true } as const;
  expect(tableLines(groups, flags)).toEqual([
    "GROUP                     TYPE                 STATE               ",
    "g                         Classic              Empty               ",
  ]);
  const unknown = [{ groupId: "g", protocolType: "", groupState: "", groupType: "" }];
  expect(tableLines(unknown, { timeout: 1, type: true })[1]).toMatch(/^g {25}Unknown {13}$/);
});

describe("--describe", () => {
  test("shows the lag of each partition: owned ones first, large shares before small ones", () => {
    const members = [
      member("m1", { assignment: at("t", 2) }),
      member("m2", { assignment: at("t", 1, 0) }),
    ];
    const rows = progressRows({
      group: group(members),
      committed: [
        { topic: "t", partition: 0, offset: 3, leaderEpoch: 7 },
        { topic: "u", partition: 0, offset: 1, leaderEpoch: -1 },
      ],
      logEndOffsets: new Map([
        ["t-0", 5],
        ["t-1", 9],
      ]),
    });
    expect(progressLines(rows, { verbose: true })).toEqual([
      "",
      "GROUP           TOPIC           PARTITION  LEADER-EPOCH    CURRENT-OFFSET  LOG-END-OFFSET  \
LAG             CONSUMER-ID     HOST            CLIENT-ID",
      "g               t               0          7               3               5               \
2               m2              /127.0.0.1      client",
      "g               t               1          -               -               9               \
-               m2              /127.0.0.1      client",
      "g               t               2          -               -               -               \
-               m1              /127.0.0.1      client",
      "g               u               0          -               1               -               \
-               -               -               -",
    ]);
  });

  test("--members shows who they are, and with --verbose what they have", () => {
    const members = [member("m1", { assignment: [...at("u", 3), ...at("t", 1, 0)] })];
    expect(memberLines(group(members), {})).toEqual([
      "",
      "GROUP           CONSUMER-ID     HOST            CLIENT-ID       #PARTITIONS     ",
      "g               m1              /127.0.0.1      client          3               ",
    ]);
    expect(memberLines(group(members), { verbose: true })[2]).toBe(
      "g               m1              /127.0.0.1      client          3               \
-               t:0,1;u:3            -               -                   ",
    );
  });

  test("--members shows instance ids where there are any, and upgrades where some are done", () => {
    const members = [
      member("m1", { groupInstanceId: "i", memberEpoch: 4, isUpgraded: true }),
      member("m2", { memberEpoch: 4, isUpgraded: false }),
    ];
    const lines = memberLines(group(members, { targetAssignmentEpoch: 5 }), { verbose: true });
    expect(lines[1]).toContain(" GROUP-INSTANCE-ID ");
    expect(lines[1]).toMatch(/ TARGET-ASSIGNMENT {4}UPGRADED$/);
    expect(lines[2]).toMatch(/^g +m1 +i +.* 4 +- +5 +- +true$/);
    expect(lines[3]).toMatch(/ false$/);
  });

  test("--state shows the group as a whole", () => {
    expect(stateLines(group([member("m")], { assignor: "" }), {})).toEqual([
      "",
      "GROUP           COORDINATOR (ID)          ASSIGNMENT-STRATEGY  STATE                #MEMBERS",
      "g               127.0.0.1:9092  (1)       -                    Stable               1",
    ]);
    const epochs = group([], { groupEpoch: 3, targetAssignmentEpoch: 2 });
    expect(stateLines(epochs, { verbose: true })[2]).toMatch(/Stable +3 +2 +0$/);
  });
});

describe("--reset-offsets", () => {
  const offsets = [
    { groupId: "g", topic: "t", partition: 0, offset: 7 },
    { groupId: "g", topic: "t", partition: 1, offset: 0 },
  ];

  test("shows the new offsets", () => {
    expect(resetLines(offsets)).toEqual([
      "",
      "GROUP           TOPIC           PARTITION  NEW-OFFSET",
      "g               t               0          7",
      "g               t               1          0",
    ]);
  });

  test("exports them as CSV that it reads again", () => {
    expect(exportCsv(offsets, true)).toBe("t,0,7\nt,1,0\n");
    expect(parseCsv(exportCsv(offsets, true), "g")).toEqual(offsets);
    const odd = offsets.map((each) => ({ ...each, groupId: 'a "b",c', topic: "x".repeat(30) }));
    expect(exportCsv(odd, false)).toContain(`"a ""b"",c","${"x".repeat(30)}",0,7\n`);
    expect(parseCsv(exportCsv(odd, false), null)).toEqual(odd);
  });

  test.each(["t,0", "t,x,1", "t,0,-1", "g,t,0,1,2"])("refuses the line %s", (line) => {
    expect(() => parseCsv(line, "g")).toThrow(`This is not an offset: ${line}`);
  });

  test.each([
    ["2026-11-21T06:00:00.000", Date.UTC(2026, 10, 21, 6)],
    ["2026-11-21T06:00:00.000Z", Date.UTC(2026, 10, 21, 6)],
    ["2026-11-21T06:00:00.000+02:00", Date.UTC(2026, 10, 21, 4)],
    ["2026-11-21T06:00:00.000+02", Date.UTC(2026, 10, 21, 4)],
  ])("%s is a time", (text, time) => {
    expect(parseDateTime(text)).toBe(time);
  });

  test.each([
    ["P1D", 86_400_000],
    ["PT2H30M", 9_000_000],
    ["P1DT1S", 86_401_000],
    ["PT0.5S", 500],
    ["-PT1M", -60_000],
    ["PT-1M", -60_000],
  ])("%s is a duration", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(["", "P", "PT", "1D", "P1DT", "P1H"])("%j is no duration", (text) => {
    expect(() => parseDuration(text)).toThrow("a duration is PnDTnHnMnS");
  });
});
