/** Chromium: a WebSocket without any library, and the page at `/`. */
import type { Browser, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";

import { findProgram, needs } from "../support/needs.ts";
import type { Odradek } from "../support/serve.ts";
import { startOdradek } from "../support/serve.ts";

/** Quiet: nothing but the page is spoken to. */
const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let odradek: Odradek;
let browser: Browser | undefined;

beforeAll(async () => {
  const executablePath = findProgram("chromium");
  if (executablePath === null) return;
  odradek = await startOdradek();
  browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
});
afterAll(async () => {
  await browser?.close();
  await odradek?.stop();
});

needs("chromium")(
  "[A6] a browser receives records as they arrive, by WebSocket alone",
  async () => {
    const url = `${odradek.httpUrl}/topics/chat/records`;
    await fetch(url, { method: "POST", body: "before" });
    const page = await browser!.newPage();
    await page.goto(`${odradek.httpUrl}/topics`);
    await page.evaluate(
      async (address) => {
        const received: string[] = [];
        Object.assign(globalThis, { received });
        const socket = new WebSocket(`${address}?offset=latest`);
        socket.addEventListener("message", ({ data }) => received.push(data as string));
        await new Promise((resolve) => socket.addEventListener("open", resolve));
      },
      url.replace("http", "ws"),
    );
    for (const value of ["one", "two", "three"]) await fetch(url, { method: "POST", body: value });
    const received = () => page.evaluate(() => (globalThis as unknown as Received).received);
    await expect.poll(async () => (await received()).length).toBe(3);
    const records = (await received()).map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(records).toMatchObject([
      { partition: 0, offset: 1, key: null, value: "one" },
      { partition: 0, offset: 2, key: null, value: "two" },
      { partition: 0, offset: 3, key: null, value: "three" },
    ]);
    await page.close();
  },
);

needs("chromium")("[A6] the page makes a topic, sends to it and shows it live", async () => {
  const page = await newPage();
  await page.fill("#filter", "from-the-page");
  await page.press("#filter", "Enter");
  await page.fill("#key", "k");
  await page.fill("#value", "<b>first</b>");
  await page.press("#value", "Enter");
  const rows = page.locator("#tail li:not(.empty)");
  await expect.poll(() => rows.allInnerTexts(), { timeout: 5000 }).toHaveLength(1);
  expect(await rows.first().locator(".value").innerText()).toBe("<b>first</b>");
  expect(await rows.first().locator(".key").innerText()).toBe("k");

  const url = `${odradek.httpUrl}/topics/from-the-page/records`;
  await fetch(url, { method: "POST", body: "from elsewhere" });
  await expect.poll(() => rows.first().locator(".value").innerText()).toBe("from elsewhere");
  expect(await page.locator("#state").innerText()).toBe("2 records");
  await page.close();
});

needs("chromium")("[A6] the page says what runs here and how to connect", async () => {
  const page = await newPage();
  const [port] = odradek.ports;
  await expect
    .poll(() => page.locator("#cluster").innerText())
    .toContain(`3 brokers on 127.0.0.1:${port}`);
  expect(await page.locator("#snippet").innerText()).toContain(`kcat -P -b 127.0.0.1:${port}`);
  await page.getByRole("tab", { name: "curl" }).click();
  expect(await page.locator("#snippet").innerText()).toContain(`${odradek.httpUrl}/topics/`);
  await page.close();
});

interface Received {
  readonly received: string[];
}

/** The page at `/`, on which no script may fail and nothing be blocked. */
async function newPage(): Promise<Page> {
  const page = await browser!.newPage();
  page.on("pageerror", (error) => expect.unreachable(error.message));
  page.on("console", (message) => expect(message.type(), message.text()).not.toBe("error"));
  await page.goto(odradek.httpUrl);
  return page;
}
