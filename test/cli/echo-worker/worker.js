/**
 * A Worker for tests of `odradek serve`: it answers with what it was given and keeps a count. On TCP
 * it says which port it was reached by and stays connected for as long as the client does.
 */
import { DurableObject } from "cloudflare:workers";

import page from "./page.html";

export class CounterActor extends DurableObject {
  increment() {
    const { sql } = this.ctx.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS counts (id INTEGER PRIMARY KEY)");
    sql.exec("INSERT INTO counts DEFAULT VALUES");
    return sql.exec("SELECT count(*) AS count FROM counts").one().count;
  }
}

export default {
  async fetch(_request, env) {
    const { COUNTER, ...vars } = env;
    return Response.json({ vars, page, count: await COUNTER.getByName("one").increment() });
  },

  async connect(socket) {
    const { localAddress } = await socket.opened;
    const writer = socket.writable.getWriter();
    await writer.write(new TextEncoder().encode(localAddress));
    for await (const bytes of socket.readable) await writer.write(bytes);
    await writer.close();
  },
};
