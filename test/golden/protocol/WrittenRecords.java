import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordHelpers;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.OffsetAndMetadata;
import org.apache.kafka.coordinator.group.classic.ClassicGroup;
import org.apache.kafka.coordinator.group.classic.ClassicGroupMember;
import org.apache.kafka.coordinator.group.classic.ClassicGroupState;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue.ClassicMemberMetadata;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue.ClassicProtocol;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordJsonConverters;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;
import org.apache.kafka.coordinator.group.modern.MemberState;
import org.apache.kafka.coordinator.group.modern.consumer.ConsumerGroupMember;
import org.apache.kafka.coordinator.group.modern.consumer.ResolvedRegularExpression;

/**
 * Makes written-records.json beside it: records of __consumer_offsets as Kafka's group coordinator
 * makes them, in the versions that it chooses, and the bytes of their keys and values.
 *
 * <p>Run: java -cp 'KAFKA_LIB/*' WrittenRecords.java OUTPUT_FOLDER
 */
public class WrittenRecords {
    private static final String GROUP = "group-é";
    private static final Uuid TOPIC = new Uuid(0x1122334455667788L, -2);
    private static final GroupCoordinatorRecordSerde SERDE = new GroupCoordinatorRecordSerde();

    private final StringJoiner written = new StringJoiner(",\n", "[\n", "\n]\n");

    public static void main(String[] arguments) throws Exception {
        WrittenRecords records = new WrittenRecords();
        records.offsetCommits();
        records.classicGroups();
        records.consumerGroups();
        records.memberMetadata();
        Files.writeString(Path.of(arguments[0], "written-records.json"), records.written.toString());
    }

    private void offsetCommits() {
        OptionalInt noEpoch = OptionalInt.empty();
        OptionalLong never = OptionalLong.empty();
        for (OffsetAndMetadata offset : List.of(
            new OffsetAndMetadata(42, OptionalInt.of(7), "metadata", 1700000000000L, never, TOPIC),
            new OffsetAndMetadata(42, OptionalInt.of(7), "metadata", 1700000000000L, never, Uuid.ZERO_UUID),
            new OffsetAndMetadata(0, noEpoch, "", 1700000000000L, OptionalLong.of(1700000060000L), Uuid.ZERO_UUID))) {
            add(GroupCoordinatorRecordHelpers.newOffsetCommitRecord(GROUP, "topic", 3, offset));
        }
        add(GroupCoordinatorRecordHelpers.newOffsetCommitTombstoneRecord(GROUP, "topic", 3));
    }

    private void classicGroups() {
        ClassicGroup empty = new ClassicGroup(new LogContext(), GROUP, ClassicGroupState.EMPTY, Time.SYSTEM, 4,
            Optional.of("consumer"), Optional.empty(), Optional.empty(), Optional.of(1700000000000L));
        add(GroupCoordinatorRecordHelpers.newEmptyGroupMetadataRecord(empty));

        ClassicGroup stable = new ClassicGroup(new LogContext(), GROUP, ClassicGroupState.STABLE, Time.SYSTEM, 5,
            Optional.of("consumer"), Optional.of("range"), Optional.of("member-1"), Optional.of(1700000000000L));
        Map<String, byte[]> assignments = new LinkedHashMap<>();
        for (int number = 1; number <= 2; number++) {
            JoinGroupRequestProtocolCollection protocols = new JoinGroupRequestProtocolCollection();
            protocols.add(new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[] {0, (byte) number}));
            String member = "member-" + number;
            Optional<String> instance = number == 1 ? Optional.empty() : Optional.of("instance");
            stable.add(new ClassicGroupMember(
                member, instance, "client", "/127.0.0.1", 300000, 45000, "consumer", protocols));
            assignments.put(member, new byte[] {(byte) -number, 0, 1});
        }
        add(GroupCoordinatorRecordHelpers.newGroupMetadataRecord(stable, assignments));
        add(GroupCoordinatorRecordHelpers.newGroupMetadataTombstoneRecord(GROUP));
    }

    private void consumerGroups() {
        add(GroupCoordinatorRecordHelpers.newConsumerGroupEpochRecord(GROUP, 10, 0));
        add(GroupCoordinatorRecordHelpers.newConsumerGroupEpochRecord(GROUP, 10, -123456789012345L));
        add(GroupCoordinatorRecordHelpers.newConsumerGroupEpochTombstoneRecord(GROUP));

        add(GroupCoordinatorRecordHelpers.newConsumerGroupTargetAssignmentMetadataRecord(GROUP, 9, 0));
        add(GroupCoordinatorRecordHelpers.newConsumerGroupTargetAssignmentMetadataRecord(GROUP, 9, 1700000000000L));
        add(GroupCoordinatorRecordHelpers.newConsumerGroupTargetAssignmentMetadataTombstoneRecord(GROUP));

        Map<Uuid, Set<Integer>> target = Map.of(TOPIC, new TreeSet<>(Set.of(0, 2)));
        add(GroupCoordinatorRecordHelpers.newConsumerGroupTargetAssignmentRecord(GROUP, "member", target));
        add(GroupCoordinatorRecordHelpers.newConsumerGroupTargetAssignmentRecord(GROUP, "member", Map.of()));
        add(GroupCoordinatorRecordHelpers.newConsumerGroupTargetAssignmentTombstoneRecord(GROUP, "member"));

        ConsumerGroupMember current = new ConsumerGroupMember.Builder("member")
            .setState(MemberState.UNREVOKED_PARTITIONS)
            .setMemberEpoch(10)
            .setPreviousMemberEpoch(9)
            .setAssignedPartitions(Map.of(TOPIC, new TreeMap<>(Map.of(0, 8, 2, 10))))
            .setPartitionsPendingRevocation(Map.of(TOPIC, new TreeMap<>(Map.of(1, 9))))
            .build();
        add(GroupCoordinatorRecordHelpers.newConsumerGroupCurrentAssignmentRecord(GROUP, current));
        add(GroupCoordinatorRecordHelpers.newConsumerGroupCurrentAssignmentTombstoneRecord(GROUP, "member"));

        ResolvedRegularExpression resolved =
            new ResolvedRegularExpression(new TreeSet<>(Set.of("topic-1", "topic-2")), 77, 1700000000000L);
        add(GroupCoordinatorRecordHelpers.newConsumerGroupRegularExpressionRecord(GROUP, "topic-.*", resolved));
        add(GroupCoordinatorRecordHelpers.newConsumerGroupRegularExpressionTombstone(GROUP, "topic-.*"));
    }

    private void memberMetadata() {
        ConsumerGroupMember.Builder member = new ConsumerGroupMember.Builder("member")
            .setClientId("client")
            .setClientHost("/127.0.0.1")
            .setSubscribedTopicNames(List.of("topic-1", "topic-2"))
            .setRebalanceTimeoutMs(300000);
        add(GroupCoordinatorRecordHelpers.newConsumerGroupMemberSubscriptionRecord(GROUP, member.build()));
        member
            .setInstanceId("instance")
            .setRackId("rack")
            .setServerAssignorName("uniform")
            .setSubscribedTopicNames(List.of())
            .setSubscribedTopicRegex("topic-.*");
        add(GroupCoordinatorRecordHelpers.newConsumerGroupMemberSubscriptionRecord(GROUP, member.build()));
        ClassicProtocol range = new ClassicProtocol().setName("range").setMetadata(new byte[] {0, 3, -1});
        member.setClassicMemberMetadata(
            new ClassicMemberMetadata().setSessionTimeoutMs(45000).setSupportedProtocols(List.of(range)));
        add(GroupCoordinatorRecordHelpers.newConsumerGroupMemberSubscriptionRecord(GROUP, member.build()));
        add(GroupCoordinatorRecordHelpers.newConsumerGroupMemberSubscriptionTombstoneRecord(GROUP, "member"));
    }

    private void add(CoordinatorRecord record) {
        JsonNode key = CoordinatorRecordJsonConverters.writeRecordKeyAsJson(record.key());
        JsonNode value = record.value() == null ? null : CoordinatorRecordJsonConverters
            .writeRecordValueAsJson(record.value().message(), record.value().version());
        byte[] valueBytes = SERDE.serializeValue(record);
        String type = CoordinatorRecordType.fromId(record.key().apiKey()).toString();
        written.add("{\"type\": \"" + type + "\", \"key\": " + key + ",\n \"value\": " + value
            + ",\n \"bytes\": {\"key\": \"" + HexFormat.of().formatHex(SERDE.serializeKey(record))
            + "\",\n  \"value\": " + (valueBytes == null ? null : "\"" + HexFormat.of().formatHex(valueBytes) + "\"")
            + "}}");
    }
}
