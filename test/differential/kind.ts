/**
 * A kind of request: an API, how a request of it is drawn from what is known, and what its answer
 * teaches. Ids in requests and answers are names (see `names.ts`).
 */
import type { Api, RequestInput, ResponseOf } from "../../src/protocol/api.ts";
import type { Draw } from "./draw.ts";
import type { Memory } from "./memory.ts";
import { fitted } from "./walk.ts";
import type { Message } from "./walk.ts";

/** A request that can be sent to any cluster. */
export interface Call {
  readonly api: Api;
  readonly version: number;
  readonly request: Message;
  /** It may be answered later than the next request, or never. */
  readonly mayWait: boolean;
  /** It is not answered: acks=0. */
  readonly isUnanswered: boolean;
  /** Notes that it is on its way. */
  sent(memory: Memory): void;
  learn(memory: Memory, response: Message): void;
}

/** A request that teaches nothing, unless said. */
export function plainCall(
  api: Api,
  version: number,
  request: Message,
  learn: Call["learn"] = () => {},
): Call {
  const [mayWait, isUnanswered] = [false, false];
  return { api, version, request, mayWait, isUnanswered, sent: () => {}, learn };
}

/** What a kind of request says of itself. */
interface Definition<A extends Api> {
  readonly api: A;
  /** How often it is drawn, compared with others. */
  readonly weight: number;
  readonly mayWait?: boolean;
  /** A request with all the fields of all versions, or null where there is none to make. */
  draw(draw: Draw, memory: Memory, version: number): RequestInput<A> | null;
  isUnanswered?(request: RequestInput<A>): boolean;
  sent?(memory: Memory, request: RequestInput<A>): void;
  learn?(memory: Memory, request: RequestInput<A>, response: ResponseOf<A>, version: number): void;
}

/** A kind of request, whatever its API. */
export interface Kind {
  readonly api: Api;
  readonly weight: number;
  /** The next request of this kind, in a version of those that are served. */
  call(draw: Draw, memory: Memory, served: ServedVersions): Call | null;
}

/** The versions of an API that all clusters serve. */
export type ServedVersions = (api: Api) => readonly number[];

/** Makes a kind of its definition. */
export function kind<A extends Api>(definition: Definition<A>): Kind {
  const { api, weight, mayWait = false } = definition;
  return {
    api,
    weight,
    call(draw, memory, served) {
      const versions = served(api);
      if (versions.length === 0) return null;
      const version = draw.pick(versions);
      const whole = definition.draw(draw, memory, version);
      if (whole === null) return null;
      const request = fitted(api.request, version, whole as Message);
      const sent = request as RequestInput<A>;
      return {
        api,
        version,
        request,
        mayWait,
        isUnanswered: definition.isUnanswered?.(sent) ?? false,
        sent: (into) => definition.sent?.(into, sent),
        learn: (into, response) =>
          definition.learn?.(into, sent, response as ResponseOf<A>, version),
      };
    },
  };
}
