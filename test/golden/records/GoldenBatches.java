import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Scanner;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Record batches as Apache Kafka's own client builds and reads them.
 *
 *     java -cp 'kafka-clients-4.3.1.jar:...' GoldenBatches.java write   lines "name compression hex"
 *     java -cp 'kafka-clients-4.3.1.jar:...' GoldenBatches.java read    the same lines in, records out
 */
public class GoldenBatches {
    static final long BASE_TIMESTAMP = 1790000000000L;

    public static void main(String[] args) {
        if (args[0].equals("write")) write();
        else read();
    }

    static void write() {
        for (CompressionType type : CompressionType.values()) {
            Compression compression = Compression.of(type).build();
            print("mixed", type, MemoryRecords.withRecords(RecordBatch.MAGIC_VALUE_V2, 0L, compression,
                TimestampType.CREATE_TIME, -1L, (short) -1, -1, -1, false, mixed()));
            if (type != CompressionType.NONE) print("large", type, MemoryRecords.withRecords(RecordBatch.MAGIC_VALUE_V2, 0L, compression,
                TimestampType.CREATE_TIME, -1L, (short) -1, -1, -1, false, large()));
            print("transactional", type, MemoryRecords.withRecords(RecordBatch.MAGIC_VALUE_V2, 1000L, compression,
                TimestampType.CREATE_TIME, 4711L, (short) 3, 42, 7, true, mixed()));
        }
    }

    static SimpleRecord[] mixed() {
        List<SimpleRecord> records = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            byte[] key = i % 3 == 0 ? null : utf8("key " + i);
            byte[] value = i % 5 == 4 ? null : utf8("record " + i + " of a spool of thread \u00e4\u20ac\ud83e\uddf5");
            Header[] headers = i % 4 != 1 ? new Header[0] : new Header[] {
                new RecordHeader("thread", utf8("t" + i)), new RecordHeader("thread", null), new RecordHeader("", new byte[0])};
            records.add(new SimpleRecord(BASE_TIMESTAMP + (i * 37 % 11) * 100, key, value, headers));
        }
        return records.toArray(new SimpleRecord[0]);
    }

    static SimpleRecord[] large() {
        return new SimpleRecord[] {
            new SimpleRecord(BASE_TIMESTAMP, null, utf8("spool of thread ".repeat(3000))),
            new SimpleRecord(BASE_TIMESTAMP + 1, utf8("z"), utf8("z".repeat(100000))),
            new SimpleRecord(BASE_TIMESTAMP - 5000000000L, null, utf8("end"))};
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static void print(String name, CompressionType type, MemoryRecords records) {
        byte[] bytes = new byte[records.sizeInBytes()];
        records.buffer().get(bytes);
        System.out.println(name + " " + type.name + " " + HexFormat.of().formatHex(bytes));
    }

    /** Prints each record's offset, timestamp, key, value and headers, hex or "null", one line each. */
    static void read() {
        Scanner in = new Scanner(System.in);
        while (in.hasNextLine()) {
            String[] line = in.nextLine().split(" ");
            ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(line[2]));
            System.out.println("batch " + line[0] + " " + line[1]);
            for (MutableRecordBatch batch : MemoryRecords.readableRecords(bytes).batches()) {
                batch.ensureValid();
                if (!batch.compressionType().name.equals(line[1])) throw new IllegalStateException("compression");
                for (Record record : batch) {
                    record.ensureValid();
                    StringBuilder out = new StringBuilder();
                    out.append(record.offset()).append(' ').append(record.timestamp());
                    out.append(' ').append(hex(record.key())).append(' ').append(hex(record.value()));
                    for (Header header : record.headers()) {
                        byte[] value = header.value();
                        out.append(' ').append(HexFormat.of().formatHex(utf8(header.key()))).append('=');
                        out.append(value == null ? "null" : HexFormat.of().formatHex(value));
                    }
                    System.out.println(out);
                }
            }
        }
    }

    static String hex(ByteBuffer buffer) {
        if (buffer == null) return "null";
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
