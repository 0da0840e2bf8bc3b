import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * Makes the golden messages beside it with Kafka's own Java classes: for every API that is named, in
 * every version, a full and a sparse request and response, as the JSON that Kafka reads and the
 * bytes that it writes for it; and the table of all error codes. What is named consumer-protocol are
 * the messages that members of a classic group exchange, and coordinator-records are keys and values
 * of __consumer_offsets, both with the number in front that they have on the wire.
 *
 * <p>Run: java -cp 'KAFKA_LIB/*' GoldenMessages.java OUTPUT_FOLDER (API_KEY | NAME)...
 */
public class GoldenMessages {
    private static final ObjectMapper JSON = new ObjectMapper().enable(JsonParser.Feature.ALLOW_COMMENTS);
    private static final String MESSAGES = "org.apache.kafka.common.message.";
    private static final String RECORDS = "org.apache.kafka.coordinator.group.generated.";
    private static final List<String> RECORD_TYPES = List.of(
        "LegacyOffsetCommit",
        "OffsetCommit",
        "GroupMetadata",
        "ConsumerGroupMetadata",
        "ConsumerGroupMemberMetadata",
        "ConsumerGroupTargetAssignmentMetadata",
        "ConsumerGroupTargetAssignmentMember",
        "ConsumerGroupCurrentMemberAssignment",
        "ConsumerGroupRegularExpression");

    /** How a message becomes bytes. */
    private interface Encoding {
        byte[] encode(ApiMessage message, short version);
    }

    public static void main(String[] arguments) throws Exception {
        for (int index = 1; index < arguments.length; index++) {
            switch (arguments[index]) {
                case "consumer-protocol" -> consumerProtocol(arguments[0]);
                case "coordinator-records" -> coordinatorRecords(arguments[0]);
                default -> api(arguments[0], Short.parseShort(arguments[index]));
            }
        }
        StringJoiner errors = new StringJoiner(",\n", "[\n", "\n]\n");
        for (Errors error : Errors.values()) {
            boolean retriable = error.exception() instanceof RetriableException;
            errors.add(String.format("[%d, \"%s\", %b]", error.code(), error.name(), retriable));
        }
        Files.writeString(Path.of(arguments[0], "errors.json"), errors.toString());
    }

    private static void api(String folder, short key) throws Exception {
        String name = ApiMessageType.fromApiKey(key).name;
        StringJoiner halves = new StringJoiner(",\n", "{\n", "\n}\n");
        for (String half : new String[] {"Request", "Response"}) {
            String cases = allVersions(name + half, MESSAGES + name + half + "Data", GoldenMessages::bytes);
            halves.add("\"" + half.toLowerCase() + "\": " + cases);
        }
        String file = String.format("%02d%s.json", key, name.replaceAll("([A-Z])", "-$1"));
        Files.writeString(Path.of(folder, file.toLowerCase()), halves.toString());
    }

    private static void consumerProtocol(String folder) throws Exception {
        Encoding encoding = (message, version) -> MessageUtil.toVersionPrefixedBytes(version, message);
        StringJoiner parts = new StringJoiner(",\n", "{\n", "\n}\n");
        for (String part : new String[] {"Subscription", "Assignment"}) {
            String name = "ConsumerProtocol" + part;
            parts.add("\"" + part.toLowerCase() + "\": " + allVersions(name, MESSAGES + name, encoding));
        }
        Files.writeString(Path.of(folder, "consumer-protocol.json"), parts.toString());
    }

    private static void coordinatorRecords(String folder) throws Exception {
        Encoding key = (message, version) -> MessageUtil.toCoordinatorTypePrefixedBytes(message);
        Encoding value = (message, version) -> MessageUtil.toVersionPrefixedBytes(version, message);
        StringJoiner types = new StringJoiner(",\n", "{\n", "\n}\n");
        for (String type : RECORD_TYPES) {
            String keys = allVersions(type + "Key", RECORDS + type + "Key", key);
            String values = allVersions(type + "Value", RECORDS + type + "Value", value);
            types.add("\"" + type + "\": {\n\"key\": " + keys + ",\n\"value\": " + values + "}");
        }
        Files.writeString(Path.of(folder, "coordinator-records.json"), types.toString());
    }

    /** The messages, each once, and the bytes of each in the versions where it is what it is. */
    private static String allVersions(String name, String className, Encoding encoding) throws Exception {
        JsonNode schema = schema(name);
        String[] valid = schema.get("validVersions").asText().split("-");
        short min = Short.parseShort(valid[0]);
        short max = Short.parseShort(valid[valid.length - 1]);
        Method readJson = Class.forName(className + "JsonConverter")
            .getMethod("read", JsonNode.class, short.class);
        Map<String, List<String>> bytesByMessage = new LinkedHashMap<>();
        for (short version = min; version <= max; version++) {
            for (boolean full : new boolean[] {true, false}) {
                GoldenMessages values = new GoldenMessages(schema, version, full);
                ObjectNode filled = values.struct(schema.get("fields"));
                ApiMessage message = (ApiMessage) readJson.invoke(null, filled, version);
                bytesByMessage
                    .computeIfAbsent(JSON.writeValueAsString(filled), none -> new ArrayList<>())
                    .add("\"" + version + "\": \"" + HexFormat.of().formatHex(encoding.encode(message, version)) + "\"");
            }
        }
        StringJoiner cases = new StringJoiner(",\n", "[\n", "\n]");
        bytesByMessage.forEach((message, bytes) ->
            cases.add("{\"message\": " + message + ",\n \"bytes\": {" + String.join(",\n  ", bytes) + "}}"));
        return cases.toString();
    }

    private static byte[] bytes(ApiMessage message, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer buffer = ByteBuffer.allocate(message.size(cache, version));
        message.write(new ByteBufferAccessor(buffer), cache, version);
        return buffer.array();
    }

    private static JsonNode schema(String name) throws Exception {
        try (InputStream stream = ApiMessage.class.getResourceAsStream("/common/message/" + name + ".json")) {
            return JSON.readTree(stream);
        }
    }

    private final Map<String, JsonNode> commonStructs = new HashMap<>();
    private final short version;
    /** Full: all fields set, to values of their own. Sparse: nulls, nothing and extremes. */
    private final boolean full;
    private int count = 0;

    private GoldenMessages(JsonNode schema, short version, boolean full) {
        this.version = version;
        this.full = full;
        if (schema.has("commonStructs")) {
            for (JsonNode common : schema.get("commonStructs")) {
                commonStructs.put(common.get("name").asText(), common.get("fields"));
            }
        }
    }

    private ObjectNode struct(JsonNode fields) {
        ObjectNode struct = JSON.createObjectNode();
        for (JsonNode field : fields) {
            if (!includes(field, "versions") || (!full && field.has("tag"))) continue;
            String name = field.get("name").asText();
            name = name.substring(0, 1).toLowerCase() + name.substring(1);
            boolean isNull = !full && includes(field, "nullableVersions");
            struct.set(name, isNull ? JSON.nullNode() : value(field, field.get("type").asText(), name));
        }
        return struct;
    }

    private JsonNode value(JsonNode field, String type, String name) {
        if (type.startsWith("[]")) {
            ArrayNode list = JSON.createArrayNode();
            String element = type.substring(2);
            int size = full ? 2 : Character.isUpperCase(element.charAt(0)) ? 1 : 0;
            for (int index = 0; index < size; index++) list.add(value(field, element, name));
            return list;
        }
        count++;
        return switch (type) {
            case "bool" -> JSON.getNodeFactory().booleanNode(full);
            case "int8" -> number(Byte.MAX_VALUE);
            case "int16" -> number(Short.MAX_VALUE);
            case "int32" -> number(Integer.MAX_VALUE);
            case "int64" -> number((1L << 53) - 1);
            case "uint16" -> JSON.getNodeFactory().numberNode(full ? count : 65535);
            case "float64" -> JSON.getNodeFactory().numberNode(full ? count + 0.5 : -0.1);
            case "string" -> JSON.getNodeFactory().textNode(full ? text(name) : "");
            case "uuid" -> JSON.getNodeFactory().textNode(new Uuid(full ? 0x1122334455667788L : -1L, -count).toString());
            case "bytes", "records" -> JSON.getNodeFactory().binaryNode(new byte[] {(byte) count, 0, -1, 127});
            default -> struct(field.has("fields") ? field.get("fields") : commonStructs.get(type));
        };
    }

    /** Small numbers of both signs, or the ends of the type's range in turn. */
    private JsonNode number(long max) {
        long extreme = count % 2 == 0 ? max : max == (1L << 53) - 1 ? -max : -max - 1;
        return JSON.getNodeFactory().numberNode(full ? (count % 3 == 0 ? -1 : 1) * (count % 100) : extreme);
    }

    /** ASCII, all lengths of UTF-8, and one string that needs two bytes for its compact length. */
    private String text(String name) {
        if (count == 1) return name.repeat(130).substring(0, 130);
        return count % 3 == 0 ? name + "-é€𝄞-" + count : name + count;
    }

    private boolean includes(JsonNode field, String key) {
        if (!field.has(key)) return false;
        String range = field.get(key).asText();
        if (range.endsWith("+")) return version >= Integer.parseInt(range.substring(0, range.length() - 1));
        String[] ends = range.split("-");
        return version >= Integer.parseInt(ends[0]) && version <= Integer.parseInt(ends[ends.length - 1]);
    }
}
