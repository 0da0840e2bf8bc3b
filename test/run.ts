/**
 * `npm test`: all suites one after the other, then what was left out and why, then one line with
 * the sum. `npm test -- unit worker` runs those suites; `--nothing-left-out` makes every test that
 * was left out a failure, as CI wants it.
 */
import { Argument, Command } from "commander";
import type { TestCase, TestModule } from "vitest/node";
import { startVitest } from "vitest/node";

const SUITES = ["unit", "worker", "clients", "conformance", "differential", "browser"];

/** What a suite came to. A module that does not load and an error outside a test are failures. */
interface Outcome {
  passed: number;
  failed: number;
  /** Titles of tests that did not run, by the reason. */
  readonly leftOut: Map<string, string[]>;
}

const command = new Command("npm test --")
  .description("Run the suites one after the other, and tell what was left out and why.")
  .addArgument(new Argument("[suites...]", "which of them").choices(SUITES).default(SUITES, "all"))
  .option("--nothing-left-out", "a test that is left out has failed")
  .addHelpText("after", "\nSingle files: npx vitest run --project unit test/log")
  .parse();
const { nothingLeftOut = false } = command.opts<{ nothingLeftOut?: true }>();

const total: Outcome = { passed: 0, failed: 0, leftOut: new Map() };
for (const suite of command.processedArgs[0] as string[]) await runSuite(suite);
report(nothingLeftOut);
process.exit(total.failed > 0 ? 1 : 0);

async function runSuite(suite: string): Promise<void> {
  console.log(`\n${suite}`);
  const vitest = await startVitest("test", [], { project: [suite], run: true, watch: false });
  for (const module of vitest.state.getTestModules()) countModule(module);
  total.failed += vitest.state.getUnhandledErrors().length;
  await vitest.close();
}

function countModule(module: TestModule): void {
  total.failed += module.errors().length;
  for (const suite of module.children.allSuites()) total.failed += suite.errors().length;
  for (const testCase of module.children.allTests()) countTest(testCase);
}

function countTest(testCase: TestCase): void {
  const result = testCase.result();
  if (result.state === "passed") total.passed++;
  else if (result.state === "failed") total.failed++;
  else
    leaveOut(testCase.fullName, (result.state === "skipped" && result.note) || "no reason given");
}

function leaveOut(title: string, reason: string): void {
  const titles = total.leftOut.get(reason) ?? [];
  titles.push(title);
  total.leftOut.set(reason, titles);
}

function report(nothingLeftOut: boolean): void {
  for (const [reason, titles] of total.leftOut) {
    console.log(`\nLeft out, because ${reason}:`);
    for (const title of titles) console.log(`  ${title}`);
    if (nothingLeftOut) total.failed += titles.length;
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
}
