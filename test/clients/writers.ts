/**
 * The clients that write a text, one record a line, to partition 0 of a topic: each with every
 * compression that it knows. What compression is left to a host, kafkajs gets from our own codecs.
 */
import * as zlib from "node:zlib";

import { Producer as PlatformaticProducer, stringSerializers } from "@platformatic/kafka";
import type { Producer, ProducerConfig } from "kafkajs";
import kafkajs from "kafkajs";

import type { CompressionType } from "../../src/protocol/records/attributes.ts";
import { COMPRESSION_TYPES } from "../../src/protocol/records/attributes.ts";
import { compress, decompress } from "../../src/protocol/records/compression.ts";
import { installZlibCodecs } from "../../src/protocol/records/zlib-codecs.ts";
import type { Program } from "../support/needs.ts";
import { produceByJava } from "./java-tools.ts";
import { produceByKcat } from "./kcat.ts";
import { asText, inBatches } from "./real-text.ts";

/** What is written, how and where to. */
export interface Writing {
  readonly bootstrap: string;
  readonly topic: string;
  readonly lines: readonly string[];
  readonly compression: CompressionType;
}

/** A client that writes. */
export interface Writer {
  readonly name: string;
  readonly needs: readonly Program[];
  readonly compressions: readonly CompressionType[];
  write(writing: Writing): Promise<void>;
}

const MAX_DECOMPRESSED_BYTES = 8 << 20;

installZlibCodecs(zlib);
const { CompressionCodecs, CompressionTypes, Kafka, logLevel, Partitioners } = kafkajs;
const kafkajsTypes = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
} as const satisfies Record<CompressionType, number>;
for (const type of ["snappy", "lz4", "zstd"] as const) {
  CompressionCodecs[kafkajsTypes[type]] = () => ({
    compress: async ({ buffer }: { buffer: Buffer }) => Buffer.from(compress(type, buffer)),
    decompress: async (buffer: Buffer) =>
      Buffer.from(decompress(type, buffer, MAX_DECOMPRESSED_BYTES)),
  });
}

/** The clients, in the order of their speed. */
export const WRITERS: readonly Writer[] = [
  {
    name: "kcat",
    needs: ["kcat"],
    compressions: COMPRESSION_TYPES,
    write: ({ bootstrap, topic, lines, compression }) =>
      produceByKcat(bootstrap, topic, asText(lines), { compression }),
  },
  { name: "kafkajs", needs: [], compressions: COMPRESSION_TYPES, write: writeByKafkajs },
  {
    name: "@platformatic/kafka",
    needs: [],
    compressions: COMPRESSION_TYPES,
    write: writeByPlatformatic,
  },
  {
    name: "the Java console producer",
    needs: ["java"],
    compressions: COMPRESSION_TYPES,
    write: ({ bootstrap, topic, lines, compression }) =>
      produceByJava(bootstrap, topic, asText(lines), ["--compression-codec", compression]),
  },
];

/** A kafkajs client that says nothing but what is wrong. */
export function newKafkajs(bootstrap: string): kafkajs.Kafka {
  return new Kafka({ brokers: bootstrap.split(","), logLevel: logLevel.NOTHING });
}

/** A kafkajs producer, with the partitioner that Java has. */
export function newKafkajsProducer(bootstrap: string, config: ProducerConfig = {}): Producer {
  const { DefaultPartitioner: createPartitioner } = Partitioners;
  return newKafkajs(bootstrap).producer({ createPartitioner, ...config });
}

async function writeByKafkajs({ bootstrap, topic, lines, compression }: Writing): Promise<void> {
  const producer = newKafkajsProducer(bootstrap);
  await producer.connect();
  try {
    for (const batch of inBatches(lines)) {
      const messages = batch.map((value) => ({ value, partition: 0 }));
      await producer.send({ topic, messages, compression: kafkajsTypes[compression] });
    }
  } finally {
    await producer.disconnect();
  }
}

async function writeByPlatformatic(writing: Writing): Promise<void> {
  const { bootstrap, topic, lines, compression } = writing;
  const producer = new PlatformaticProducer({
    clientId: "odradek-tests",
    bootstrapBrokers: bootstrap.split(","),
    serializers: stringSerializers,
    autocreateTopics: true,
    compression,
  });
  try {
    for (const batch of inBatches(lines)) {
      await producer.send({ messages: batch.map((value) => ({ topic, value, partition: 0 })) });
    }
  } finally {
    await producer.close();
  }
}
