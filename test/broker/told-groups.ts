/** Groups whose coordinators answer what a test tells them to, and note what they are asked. */
import { Unreachable } from "../../src/broker/ports.ts";
import type { GroupPort } from "../../src/group/group-calls.ts";

type Answers = {
  [Method in keyof GroupPort]?: (
    groupId: string,
    ...args: Parameters<GroupPort[Method]>
  ) => Awaited<ReturnType<GroupPort[Method]>> | Promise<Awaited<ReturnType<GroupPort[Method]>>>;
};

const METHODS = [
  "joinGroup",
  "syncGroup",
  "heartbeat",
  "leaveGroup",
  "consumerHeartbeat",
  "commitOffsets",
  "fetchOffsets",
  "deleteOffsets",
  "describe",
  "describeConsumerGroup",
  "list",
  "delete",
] as const satisfies readonly (keyof GroupPort)[];

export class ToldGroups {
  /** Whom anything was asked, what, and with which call, if the method has one. */
  readonly asked: (readonly [groupId: string, method: string, ...call: unknown[]])[] = [];
  /** Every call breaks that has no answer here. */
  answers: Answers = {};

  /** As over an RPC, calls and answers are copies. */
  port(groupId: string): GroupPort {
    const answerTo = async (method: keyof GroupPort, args: unknown[]) => {
      const copies = structuredClone(args);
      this.asked.push([groupId, method, ...copies]);
      const answer = this.answers[method] as ((...told: unknown[]) => unknown) | undefined;
      if (!answer) throw new Unreachable(`The call of ${groupId} broke.`);
      return structuredClone(await answer(groupId, ...copies));
    };
    const methods = METHODS.map((method) => [
      method,
      (...args: unknown[]) => answerTo(method, args),
    ]);
    return Object.fromEntries(methods) as unknown as GroupPort;
  }
}
