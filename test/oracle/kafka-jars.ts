/**
 * Apache Kafka's own jars: the oracle that says what a Kafka broker does. Maven brings broker and
 * tools from Maven Central into a cache outside the tree, once for all checkouts of a machine. The
 * one idea: the cache holds either all jars or none, because they arrive by one rename.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

import { run } from "./run.ts";

/** The version that Odradek is measured against. */
export const KAFKA_VERSION = "4.3.1";

// Kafka 4 runs on Java 17 and later (its clients would do with 11).
const MIN_JAVA_VERSION = 17;

// slf4j-simple, because its level is a flag of the JVM: tools stay quiet and brokers keep a log.
const ARTIFACTS = [
  ["org.apache.kafka", "kafka_2.13", KAFKA_VERSION],
  ["org.apache.kafka", "kafka-tools", KAFKA_VERSION],
  ["org.apache.kafka", "kafka-streams", KAFKA_VERSION],
  ["org.slf4j", "slf4j-simple", "1.7.36"],
] as const;

/** Null where the oracle can be used, else a sentence that says what the machine lacks. */
export function oracleAvailable(): string | null {
  const java = spawnSync("java", ["-version"], { encoding: "utf8" });
  if (java.error) return `Apache Kafka needs Java ${MIN_JAVA_VERSION} or later; there is no java.`;
  const version = /version "(\d+)/.exec(java.stderr)?.[1] ?? "of an unknown version";
  if (!(Number(version) >= MIN_JAVA_VERSION)) {
    return `Apache Kafka needs Java ${MIN_JAVA_VERSION} or later; this java is ${version}.`;
  }
  if (existsSync(cacheDirectory()) || !spawnSync("mvn", ["-version"]).error) return null;
  return "Apache Kafka comes from Maven Central; there is no mvn.";
}

/** The class path of broker, tools and Kafka Streams; gets the jars where the cache lacks them. */
export async function kafkaClassPath(signal?: AbortSignal): Promise<string> {
  if (!existsSync(cacheDirectory())) await fillCache(signal);
  return join(kafkaLibrary(), "*");
}

function cacheRoot(): string {
  return process.env.ODRADEK_CACHE ?? join(homedir(), ".cache", "odradek");
}

function cacheDirectory(): string {
  return join(cacheRoot(), `kafka-${KAFKA_VERSION}-with-streams`);
}

/** Where the jars are once they have come. */
export function kafkaLibrary(): string {
  return join(cacheDirectory(), "lib");
}

async function fillCache(signal: AbortSignal | undefined): Promise<void> {
  const missing = oracleAvailable();
  if (missing !== null) throw new Error(missing);
  process.stderr.write(`Getting Apache Kafka ${KAFKA_VERSION} into ${cacheDirectory()} ...\n`);

  await mkdir(cacheRoot(), { recursive: true });
  const building = await mkdtemp(join(cacheRoot(), "building-"));
  try {
    await writeFile(join(building, "pom.xml"), pom());
    const args = ["-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib"];
    const maven = await run("mvn", args, { cwd: building, signal });
    if (maven.code !== 0) throw new Error(`Maven failed:\n${maven.stdout}${maven.stderr}`);
    await rename(building, cacheDirectory()).catch((error: NodeJS.ErrnoException) => {
      // Another process was faster; its jars are the same as ours.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

function pom(): string {
  const dependencies = ARTIFACTS.map(
    ([group, artifact, version]) =>
      `    <dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId>` +
      `<version>${version}</version></dependency>`,
  );
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>odradek</groupId>
  <artifactId>oracle</artifactId>
  <version>${KAFKA_VERSION}</version>
  <packaging>pom</packaging>
  <dependencies>
${dependencies.join("\n")}
  </dependencies>
</project>
`;
}
