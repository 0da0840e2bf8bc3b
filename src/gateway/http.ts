/**
 * HTTP as a gateway answers it: one resource for people, `/topics/<topic>/records`, which POST
 * appends to, GET reads and a WebSocket follows; Kafka's own protocol over a WebSocket; and a page.
 */
import { Router, type IRequest } from "itty-router";

import type { Broker } from "../broker/broker.ts";
import { consolePage } from "./console-page.ts";
import type { GatewaySockets } from "./gateway-sockets.ts";
import { hostOf, listTopics } from "./list-topics.ts";
import { isOriginAllowed } from "./origin.ts";
import { Problem } from "./problem.ts";
import { produceOverHttp } from "./produce-over-http.ts";
import { readOverHttp } from "./read-over-http.ts";
import { subscription } from "./subscribe.ts";
import { isUpgrade, upgradedToProblem } from "./web-socket.ts";

/** The WebSocket subprotocol of `/kafka`. */
const KAFKA_SUBPROTOCOL = "kafka";

/** What there is, for whoever asks for something else. */
const RESOURCES = ["/", "/topics", "/topics/<topic>/records", "/kafka", "/kafka/<broker id>"];

export interface HttpOptions {
  readonly broker: Broker;
  readonly sockets: GatewaySockets;
  /** Foreign web origins that may come in. */
  readonly allowedOrigins: readonly string[];
}

/** Answers one request. Never rejects. */
export type HttpHandler = (request: Request) => Promise<Response>;

/** The routes of a gateway. */
export function httpHandler({ broker, sockets, allowedOrigins }: HttpOptions): HttpHandler {
  const records = (request: IRequest) =>
    isUpgrade(request) ? subscribe(request) : readOverHttp(broker, request, topicOf(request));

  const subscribe = async (request: IRequest) => {
    try {
      return sockets.acceptSubscriber(await subscription(broker, request, topicOf(request)));
    } catch (error) {
      return upgradedToProblem(problemOf(error));
    }
  };

  const kafka = (request: IRequest) => {
    const { nodeId } = request.params;
    if (nodeId !== undefined && Number(nodeId) !== broker.ports.nodeId) {
      throw new Problem("RESOURCE_NOT_FOUND", `There is no broker "${nodeId}"; see /topics.`);
    }
    if (!isUpgrade(request)) throw upgradeRequired();
    const offered = (request.headers.get("sec-websocket-protocol") ?? "").split(/\s*,\s*/);
    const subprotocol = offered.find((protocol) => protocol === KAFKA_SUBPROTOCOL);
    // Only the edge says whom it speaks for; a self-hosted process hears nobody's address here.
    const client = request.headers.get("cf-connecting-ip") ?? "unknown";
    const hosts = { host: hostOf(request), clientHost: `/${client}` };
    return sockets.acceptKafka(hosts, subprotocol);
  };

  const router = Router<IRequest, []>({
    before: [(request: IRequest) => refuseForeignOrigin(request, allowedOrigins)],
    catch: (error) => problemOf(error).toResponse(),
  })
    .get("/", consolePage)
    .all("/", refuseMethod("GET, HEAD"))
    .get("/topics", (request) => listTopics(broker, request))
    .all("/topics", refuseMethod("GET, HEAD"))
    .get("/topics/:topic/records", records)
    .post("/topics/:topic/records", (request) => produceOverHttp(broker, request, topicOf(request)))
    .all("/topics/:topic/records", refuseMethod("GET, HEAD, POST"))
    .get("/kafka/:nodeId?", kafka)
    .all("/kafka/:nodeId?", refuseMethod("GET, HEAD"))
    .all("*", () => {
      throw new Problem("RESOURCE_NOT_FOUND", `There are: ${RESOURCES.join(", ")}.`);
    });
  return async (request) => {
    if (request.method !== "HEAD") return (await router.fetch(request)) as Response;
    const response = (await router.fetch(new Request(request, { method: "GET" }))) as Response;
    return new Response(null, response);
  };
}

function topicOf({ params }: IRequest): string {
  try {
    return decodeURIComponent(params["topic"]!);
  } catch {
    throw new Problem("INVALID_TOPIC_EXCEPTION", "The topic's name is not well encoded.");
  }
}

function refuseForeignOrigin(request: IRequest, allowed: readonly string[]): void {
  const origin = request.headers.get("origin");
  if (isOriginAllowed(origin, request.url, allowed)) return;
  const remedy = `Start the server with --allow-origin ${origin}.`;
  const detail = `Pages of ${origin} may not come in. ${remedy}`;
  throw new Problem("CLUSTER_AUTHORIZATION_FAILED", detail);
}

function refuseMethod(allow: string) {
  return ({ method }: IRequest): never => {
    const detail = `${method} is not possible here, only ${allow}.`;
    throw new Problem("INVALID_REQUEST", detail, { status: 405, headers: { allow } });
  };
}

function upgradeRequired(): Problem {
  const detail = "Kafka's protocol is spoken here over a WebSocket: connect with one.";
  const headers = { upgrade: "websocket" };
  return new Problem("INVALID_REQUEST", detail, { status: 426, headers });
}

/** Any failure as a problem; one that nobody foresaw is noted for whoever runs the server. */
function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  console.error("an HTTP request failed:", error);
  return new Problem(
    "UNKNOWN_SERVER_ERROR",
    "The server failed at this request; its log says how.",
  );
}
