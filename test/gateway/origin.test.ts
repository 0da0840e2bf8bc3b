import { describe, expect, test } from "vitest";

import { isOriginAllowed, parseOrigins } from "../../src/gateway/origin.ts";

describe("an Origin", () => {
  test.for([
    ["a program that sends none", null, "http://localhost:8080/", []],
    ["the page of this server", "http://example.com:8080", "http://example.com:8080/topics", []],
    ["the same host behind TLS", "https://example.com", "http://example.com/topics", []],
    ["another port of the machine", "http://localhost:3000", "http://127.0.0.1:8080/", []],
    ["IPv6 loopback", "http://[::1]:3000", "http://localhost:8080/", []],
    ["a name under localhost", "http://app.localhost:3000", "http://localhost:8080/", []],
    ["one that is listed", "https://a.example", "http://b.example/", ["https://a.example"]],
    ["anyone where all are allowed", "https://a.example", "http://b.example/", ["*"]],
    ["an opaque one where all are allowed", "null", "http://b.example/", ["*"]],
  ] as const)("may be %s", ([, origin, url, allowed]) => {
    expect(isOriginAllowed(origin, url, allowed)).toBe(true);
  });

  test.for([
    ["a page from elsewhere", "https://a.example", "http://localhost:8080/", []],
    ["a page of the machine on a public server", "http://localhost:3000", "http://b.example/", []],
    ["another port of a public host", "http://b.example:81", "http://b.example/", []],
    ["an opaque one", "null", "http://localhost:8080/", []],
    [
      "one that begins like a listed one",
      "https://a.example.evil",
      "http://b.example/",
      ["https://a.example"],
    ],
    ["a host that begins like loopback", "http://127.0.0.1.evil", "http://localhost:8080/", []],
    ["a host that ends like loopback", "http://evillocalhost", "http://localhost:8080/", []],
    ["what is no URL", "evil", "http://localhost:8080/", []],
  ] as const)("may not be %s", ([, origin, url, allowed]) => {
    expect(isOriginAllowed(origin, url, allowed)).toBe(false);
  });

  test("comes from a list joined by commas, which may be empty", () => {
    expect(parseOrigins("")).toEqual([]);
    expect(parseOrigins("https://a.example, http://b.example:81")).toEqual([
      "https://a.example",
      "http://b.example:81",
    ]);
  });
});
