/** JSON text as an answer, with a line's end for those who read it in a terminal. */
export function jsonResponse(json: string): Response {
  return new Response(`${json}\n`, { headers: { "content-type": "application/json" } });
}
