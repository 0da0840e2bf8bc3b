/**
 * Which web pages may speak to this server. A browser sends any page's request to any address that
 * its machine can reach, `localhost` among them, so a page from elsewhere is refused by its
 * `Origin`. Programs send none and are not meant.
 */

/** `*` among the allowed origins stands for all of them. */
const ANY = "*";

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Whether a request with this `Origin` header (null: it has none) may come in at `url`. The origin
 * is one of `allowed`, the request's own, or both are on the machine itself.
 */
export function isOriginAllowed(
  origin: string | null,
  url: string,
  allowed: readonly string[],
): boolean {
  if (origin === null || allowed.includes(ANY) || allowed.includes(origin)) return true;
  const from = URL.parse(origin);
  const to = new URL(url);
  // An opaque origin, which browsers write as "null", is nobody's.
  if (!from) return false;
  // The scheme is not compared: TLS may end in front of this server.
  return from.host === to.host || (isLoopback(from) && isLoopback(to));
}

/** The origins of a list joined by commas. */
export function parseOrigins(list: string): string[] {
  return list.split(",").flatMap((origin) => origin.trim() || []);
}

function isLoopback({ hostname }: URL): boolean {
  return LOOPBACK.test(hostname);
}
