/**
 * Both ends of a Kafka connection, told to the gateway that ends it. A connection to an actor
 * carries one address and no more, so that the two are put into one, as a host name.
 */

/** The hosts of a connection, as addresses without ports. */
export interface ConnectionHosts {
  /** The client's. */
  readonly remote: string;
  /** The one by which the client reached us. */
  readonly local: string;
}

/** An address that says both; `addresses` are those of the socket, each with its port. */
export function connectionAddress(addresses: {
  readonly remoteAddress?: string | undefined;
  readonly localAddress?: string | undefined;
}): string {
  const remote = hostOf(addresses.remoteAddress ?? "");
  const local = hostOf(addresses.localAddress ?? "");
  return `from-${inName(remote)}.to-${inName(local)}:${portOf(addresses.localAddress ?? "")}`;
}

/** Takes apart what {@link connectionAddress} has put together. */
export function connectionHosts(address: string): ConnectionHosts {
  const [, remote = "", local = ""] = /^from-(.*)\.to-(.*):\d+$/.exec(address) ?? [];
  return { remote: ofName(remote), local: ofName(local) };
}

/** The port of `host:port`. */
export function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(":") + 1));
}

/** The host of `host:port`, without the brackets of an IPv6 address. */
function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(":")).replace(/^\[(.*)\]$/, "$1");
}

/** No name has colons, and no address dashes; an IPv6 zone says nothing to others. */
function inName(host: string): string {
  return host.replace(/%.*$/, "").replaceAll(":", "-");
}

function ofName(name: string): string {
  return name.replaceAll("-", ":");
}
