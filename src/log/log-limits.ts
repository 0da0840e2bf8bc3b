/**
 * The log's own limits. They bound what one row, one statement, one maintenance step or one
 * partition's memory may take, and are no configs: no client sees them.
 */

/** How many bytes of whole batches are joined into one row. */
export const CHUNK_BYTES = 1024 * 1024;

/**
 * The most that one BLOB value may hold. Durable Objects promise rows of 2 MB (decimal); the small
 * columns of a chunk, its producers above all, need the rest.
 */
export const BLOB_BYTES_MAX = 1_500_000;

/** The most bytes that the `producers` column of one chunk may hold; the chunk is closed at it. */
export const CHUNK_PRODUCERS_BYTES_MAX = 256 * 1024;

/** A snapshot of producer state is due after so many chunks. */
export const SNAPSHOT_CHUNKS = 4096;

/** A snapshot is also due when the chunks since the last hold so many bytes about producers. */
export const SNAPSHOT_PRODUCERS_BYTES = 1024 * 1024;

/** How many producers a partition remembers; the one that was silent for longest is forgotten. */
export const PRODUCERS_MAX = 10_000;

/** How many segments one maintenance step of retention looks at. */
export const MAINTENANCE_SEGMENTS = 100;

/** How many rows and how many bytes one maintenance step frees at most. */
export const MAINTENANCE_CHUNKS = 256;
export const MAINTENANCE_BYTES = 32 * 1024 * 1024;

/** Rows smaller than this are joined when they are read; larger ones are handed on as they are. */
export const PIECE_BYTES_MIN = 128 * 1024;

/** How large a joined piece grows. */
export const PIECE_BYTES_MAX = 1024 * 1024;
