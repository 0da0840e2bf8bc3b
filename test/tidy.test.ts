/**
 * The house rules that neither compiler nor linter sees: names, first lines, long comments, specs
 * and their tests, and that the project speaks of itself alone. The rules stand in src/README.md.
 */
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const OURS = "{src,test,bin,.ci}/**/*.{ts,js,md,html,toml,json,java,go,mod,py,txt,c,h}";
const GENERATED = /^test\/golden\//;

const MAX_COLUMNS = 100;
/** Words that say that a thing does something, but not what. */
const BANNED = "utils?|helpers?|misc|common|manager|service|processor|data|infos?|impl";

interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const files: SourceFile[] = [...globSync(OURS, { cwd: ROOT }), ".ci/run", ...rootFiles()]
  .filter((path) => existsSync(join(ROOT, path)) && !GENERATED.test(path))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
const code = files.filter(({ path }) => path.endsWith(".ts"));
const tests = code.filter(({ path }) => path.startsWith("test/"));

describe("the house is tidy", () => {
  test("there are files to look at", () => {
    expect(code.length).toBeGreaterThan(30);
  });

  test("no file is named after nothing in particular", () => {
    const banned = new RegExp(`(^|[-.])(${BANNED})([-.]|$)`);
    expect(where(files, ({ path }) => banned.test(basename(path)))).toEqual([]);
  });

  test("no export is named after nothing in particular", () => {
    const exported = /^export (?:abstract |async )?(?:const|function|class|interface|type) (\w+)/gm;
    const banned = new RegExp(`^(${BANNED})$`, "i");
    const isBanned = (name: string) => words(name).some((word) => banned.test(word));
    const found = code.flatMap(({ path, text }) =>
      [...text.matchAll(exported)]
        .map((match) => match[1] ?? "")
        .filter(isBanned)
        .map((name) => `${path}: ${name}`),
    );
    expect(found).toEqual([]);
  });

  test("files are in kebab-case, and only Kafka's API files begin with a number", () => {
    const kebab = /^(\d\d-)?[a-z0-9]+(-[a-z0-9]+)*(\.(test|contract|d|config))?\.ts$/;
    const numbered = /^\d\d-/;
    const apis = /\/(messages|handlers)\//;
    const wrong = ({ path }: SourceFile) =>
      !kebab.test(basename(path)) || (numbered.test(basename(path)) && !apis.test(path));
    expect(where(code, wrong)).toEqual([]);
  });

  test("every file of src opens with a comment that says what it is", () => {
    const src = code.filter(({ path }) => path.startsWith("src/"));
    expect(where(src, ({ text }) => !/^(#!.*\n)?\/\*\*/.test(text))).toEqual([]);
  });

  test("no comment is wider than the code", () => {
    const wide = (line: string) => line.length > MAX_COLUMNS && /^\s*(\*|\/\/|\/\*)/.test(line);
    const found = code.flatMap(({ path, text }) =>
      text.split("\n").flatMap((line, index) => (wide(line) ? [`${path}:${index + 1}`] : [])),
    );
    expect(found).toEqual([]);
  });

  test("nothing is left to do", () => {
    const marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X"].join("|");
    expect(where(files, ({ text }) => new RegExp(`\\b(${marks})\\b`).test(text))).toEqual([]);
  });

  test("no file names a machine's paths or a package registry", () => {
    const homes = ["work", "home/[a-z]", "root", "Users"].map((home) => `[\\s"'\`(]/${home}/`);
    const registries = ["registry\\.npm", "registry\\.yarn", "repo1?\\.maven\\.org"];
    const alien = new RegExp([...homes, ...registries].join("|"));
    const maven = /^test\/oracle\//;
    expect(where(files, ({ path, text }) => !maven.test(path) && alien.test(text))).toEqual([]);
  });

  test("a document that is named is there", () => {
    // A bare SPEC.md means any of them.
    const named = /(?!SPEC\.md)(?<![\w/.-])((?:[\w.-]+\/)*[\w-]+\.md)\b/g;
    const from = (path: string) => [dirname(path), dirname(path).replace(/^test/, "src"), "."];
    const missing = files.flatMap(({ path, text }) =>
      [...text.matchAll(named)]
        .map((match) => match[1] ?? "")
        .filter((name) => !from(path).some((base) => isFile(join(base, name))))
        .map((name) => `${path}: ${name}`),
    );
    expect(missing).toEqual([]);
  });
});

describe("specs and tests know each other", () => {
  const specs = files.filter(({ path }) => basename(path) === "SPEC.md");
  // A rule is defined where its ID opens a line, a list item, a heading or a table row.
  const rules = specs.flatMap(({ text }) =>
    [...text.matchAll(/^[\s|#*-]*([A-Z]+\d+)\b/gm)].map((match) => match[1] ?? ""),
  );
  const cited = new Set(
    tests.flatMap(({ text }) =>
      [...text.matchAll(/["'`][^"'`\n]*?\[([A-Z]+\d+(?:, ?[A-Z]+\d+)*)\]/g)].flatMap((match) =>
        (match[1] ?? "").split(/, ?/),
      ),
    ),
  );

  test("no two rules have one ID", () => {
    expect(rules.filter((rule, index) => rules.indexOf(rule) !== index)).toEqual([]);
  });

  test("every rule has a test", () => {
    expect(rules.filter((rule) => !cited.has(rule))).toEqual([]);
  });

  test("every rule that a test names is written down", () => {
    const families = new Set(rules.map(family));
    const known = new Set(rules);
    expect([...cited].filter((id) => families.has(family(id)) && !known.has(id))).toEqual([]);
  });
});

function rootFiles(): string[] {
  return globSync("*.{md,toml,ts,json}", { cwd: ROOT }).filter((path) => !path.includes("lock"));
}

function where(among: readonly SourceFile[], wrong: (file: SourceFile) => boolean): string[] {
  return among.filter(wrong).map(({ path }) => path);
}

function words(name: string): string[] {
  return name.split(/_|(?<=[a-z0-9])(?=[A-Z])/);
}

function isFile(path: string): boolean {
  return existsSync(join(ROOT, path));
}

function family(rule: string): string {
  return rule.replace(/\d+$/, "");
}
