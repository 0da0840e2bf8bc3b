/**
 * Every limit that keeps a client's bytes from taking the process down: named, with its default and
 * the reason for it. Decoders and gateways take them from here and from nowhere else.
 */

/**
 * The memory that clients may make a process hold, in bytes. Its gateways have equal shares of it,
 * and each connection what it needs of its gateway's: frames that arrive or are worked on, what
 * requests become when they are decoded, answers that were not read yet, what live subscribers were
 * sent and did not read, and the ends of partitions that are kept for those who wait there.
 */
export const PROCESS_BYTES = {
  frames: 384 * 1024 * 1024,
  requests: 192 * 1024 * 1024,
  answers: 384 * 1024 * 1024,
  subscribers: 192 * 1024 * 1024,
  tails: 192 * 1024 * 1024,
} as const;

/**
 * Frames and answers up to this size are not held against a budget, so that who asks for little is
 * answered even while others have used up all of it.
 */
export const SMALL_BYTES = 4 * 1024;

/**
 * How many elements the arrays of one request may have together. Kafka has no such limit, but its
 * arrays cost it less: an element may be one byte on the wire, and is {@link ELEMENT_BYTES} here.
 */
export const MAX_REQUEST_ELEMENTS = 200_000;

/** What an element of a request's arrays costs while the request is worked on, about. */
export const ELEMENT_BYTES = 256;

/**
 * How large the records of one compressed batch may grow when they are decompressed. A batch on the
 * wire stays under 30 MB, so this is room for any sane ratio of the largest and a wall for bombs.
 */
export const MAX_DECOMPRESSED_SIZE = 64 * 1024 * 1024;

/**
 * How large a record may be that is shown as JSON, where a byte may become six characters. A Kafka
 * client gets larger ones.
 */
export const MAX_JSON_RECORD_BYTES = 8 * 1024 * 1024;

/**
 * How many records, and headers of records, a batch may have that is decoded: ones that say nothing
 * take two bytes each before they are compressed, and hardly any afterwards.
 */
export const MAX_DECODED_ITEMS = 500_000;

/**
 * How many of a refused batch's records are named in the answer. Kafka names all of them; more than
 * these tell a producer nothing new, and a batch may hold a hundred thousand.
 */
export const MAX_RECORD_ERRORS = 100;
