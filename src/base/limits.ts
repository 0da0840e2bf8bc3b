/**
 * Every limit that keeps a client's bytes from taking the process down: named, with its default and
 * the reason for it. Decoders and gateways take them from here and from nowhere else.
 */

/**
 * How large the records of one compressed batch may grow when they are decompressed. A batch on the
 * wire stays under 30 MB, so this is room for any sane ratio of the largest and a wall for bombs.
 */
export const MAX_DECOMPRESSED_SIZE = 64 * 1024 * 1024;

/**
 * How many of a refused batch's records are named in the answer. Kafka names all of them; more than
 * these tell a producer nothing new, and a batch may hold a hundred thousand.
 */
export const MAX_RECORD_ERRORS = 100;
