/**
 * CRC-32C (Castagnoli), the checksum of a record batch, eight bytes a step ("slicing by 8"): table
 * k holds what a byte contributes when k more bytes follow it.
 */

/** The Castagnoli polynomial, bits reversed. */
const POLYNOMIAL = 0x82f63b78;

const [T0, T1, T2, T3, T4, T5, T6, T7] = slicingTables();

/** The CRC-32C of `bytes[start, end)` as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = -1;
  let i = start;
  for (const lastStep = end - 8; i <= lastStep; i += 8) {
    crc =
      T7[bytes[i]! ^ (crc & 0xff)]! ^
      T6[bytes[i + 1]! ^ ((crc >>> 8) & 0xff)]! ^
      T5[bytes[i + 2]! ^ ((crc >>> 16) & 0xff)]! ^
      T4[bytes[i + 3]! ^ (crc >>> 24)]! ^
      T3[bytes[i + 4]!]! ^
      T2[bytes[i + 5]!]! ^
      T1[bytes[i + 6]!]! ^
      T0[bytes[i + 7]!]!;
  }
  for (; i < end; i++) crc = T0[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

type Table = Int32Array;

function slicingTables(): [Table, Table, Table, Table, Table, Table, Table, Table] {
  const first = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    first[byte] = crc;
  }
  const next = (table: Table) => table.map((crc) => first[crc & 0xff]! ^ (crc >>> 8));
  const second = next(first);
  const third = next(second);
  const fourth = next(third);
  const fifth = next(fourth);
  const sixth = next(fifth);
  const seventh = next(sixth);
  return [first, second, third, fourth, fifth, sixth, seventh, next(seventh)];
}
