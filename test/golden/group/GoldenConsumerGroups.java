import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.common.runtime.CoordinatorExecutor;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataDelta;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataImage;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorTimer;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorShard;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordJsonConverters;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.timeline.SnapshotRegistry;

/**
 * Makes consumer-groups.json beside it: clients of both group protocols that do anything by seeded
 * chance, and what Kafka's own group coordinator, on a clock of ours, answers and records.
 *
 * <p>Little is left to the order of Java's hashes: the only assignor is `range`, which sorts, and a
 * session ends when the group has become a classic group with a leader that chance chose. It ends
 * as well where Kafka runs into something that it did not foresee.
 *
 * <p>Run: java -cp 'KAFKA_LIB/*' GoldenConsumerGroups.java OUTPUT_FOLDER [FIRST_SEED SESSIONS]
 */
public class GoldenConsumerGroups {
    /** Of a few thousand, those that together show most of what can happen. */
    private static final List<Integer> SEEDS = List.of(
        2912, 1708, 1739, 2033, 2238, 25, 1226, 1482, 1276, 1280, 1062, 1115, 1319, 494, 1973, 622, 918,
        2157, 1786, 1989, 2179, 2833, 868, 2640, 680, 2251, 2871, 2005, 2411, 1086, 862, 2885, 2168, 2373);
    private static final int EVENTS = 45;
    private static final String GROUP = "group";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> TOPICS = List.of("bar", "foo", "foo-2", "qux");
    private static final List<String> REGEXES = List.of("foo.*", "bar|qux", ".*", "none", "fo[");

    public static void main(String[] arguments) throws Exception {
        List<Integer> seeds = SEEDS;
        if (arguments.length > 1) {
            int first = Integer.parseInt(arguments[1]);
            seeds = java.util.stream.IntStream.range(first, first + Integer.parseInt(arguments[2])).boxed().toList();
        }
        List<String> sessions = new ArrayList<>();
        for (int seed : seeds) sessions.add(JSON.writeValueAsString(new GoldenConsumerGroups(seed).run()));
        Files.writeString(Path.of(arguments[0], "consumer-groups.json"), "[\n" + String.join(",\n", sessions) + "\n]\n");
        System.exit(0);
    }

    // Kafka's coordinator, and what it stands on.

    record Topic(String name, Uuid id, int partitionCount) implements CoordinatorMetadataImage.TopicMetadata {
        @Override public List<String> partitionRacks(int partition) { return new ArrayList<>(); }
    }

    static class Image implements CoordinatorMetadataImage {
        final Map<String, Topic> topics;
        final long version;
        Image(Map<String, Topic> topics, long version) { this.topics = topics; this.version = version; }
        @Override public Set<Uuid> topicIds() { return topics.values().stream().map(Topic::id).collect(Collectors.toSet()); }
        @Override public Set<String> topicNames() { return topics.keySet(); }
        @Override public Optional<TopicMetadata> topicMetadata(String name) { return Optional.ofNullable(topics.get(name)); }
        @Override public Optional<TopicMetadata> topicMetadata(Uuid id) {
            return topics.values().stream().filter(topic -> topic.id().equals(id)).map(topic -> (TopicMetadata) topic).findFirst();
        }
        @Override public CoordinatorMetadataDelta emptyDelta() { return CoordinatorMetadataDelta.EMPTY; }
        @Override public long version() { return version; }
        @Override public boolean isEmpty() { return topics.isEmpty(); }
    }

    record Delta(Collection<Uuid> createdTopicIds, Collection<Uuid> changedTopicIds, Set<Uuid> deletedTopicIds, CoordinatorMetadataImage image)
        implements CoordinatorMetadataDelta { }

    class Clock implements Time {
        @Override public long milliseconds() { return now; }
        @Override public long nanoseconds() { return now * 1_000_000; }
        @Override public long hiResClockMs() { return now; }
        @Override public void sleep(long ms) { throw new UnsupportedOperationException(); }
        @Override public void waitObject(Object object, java.util.function.Supplier<Boolean> condition, long deadline) { throw new UnsupportedOperationException(); }
        @Override public org.apache.kafka.common.utils.Timer timer(long ms) { throw new UnsupportedOperationException(); }
        @Override public org.apache.kafka.common.utils.Timer timer(java.time.Duration duration) { throw new UnsupportedOperationException(); }
    }

    record Timeout(String key, long deadline, CoordinatorTimer.TimeoutOperation<CoordinatorRecord> operation) { }

    class Timers implements CoordinatorTimer<CoordinatorRecord> {
        final Map<String, Timeout> timeouts = new HashMap<>();
        @Override public void schedule(String key, long delay, TimeUnit unit, boolean retry, TimeoutOperation<CoordinatorRecord> operation) {
            timeouts.put(key, new Timeout(key, now + unit.toMillis(delay), operation));
        }
        @Override public void schedule(String key, long delay, TimeUnit unit, boolean retry, long backoff, TimeoutOperation<CoordinatorRecord> operation) {
            schedule(key, delay, unit, retry, operation);
        }
        @Override public void scheduleIfAbsent(String key, long delay, TimeUnit unit, boolean retry, TimeoutOperation<CoordinatorRecord> operation) {
            if (!timeouts.containsKey(key)) schedule(key, delay, unit, retry, operation);
        }
        @Override public void cancel(String key) { timeouts.remove(key); }
        @Override public boolean isScheduled(String key) { return timeouts.containsKey(key); }
    }

    class Executor implements CoordinatorExecutor<CoordinatorRecord> {
        Runnable task = null;
        @Override public <R> boolean schedule(String key, TaskRunnable<R> runnable, TaskOperation<CoordinatorRecord, R> operation) {
            task = () -> {
                try {
                    R result = runnable.run();
                    apply(operation.onComplete(result, null));
                } catch (Throwable error) {
                    throw new RuntimeException(error);
                }
            };
            return true;
        }
        @Override public boolean isScheduled(String key) { return task != null; }
        @Override public void cancel(String key) { task = null; }
    }

    static class Context implements AuthorizableRequestContext {
        final int version;
        final String clientId;
        Context(int version, String clientId) { this.version = version; this.clientId = clientId; }
        @Override public String listenerName() { return "PLAINTEXT"; }
        @Override public SecurityProtocol securityProtocol() { return SecurityProtocol.PLAINTEXT; }
        @Override public KafkaPrincipal principal() { return KafkaPrincipal.ANONYMOUS; }
        @Override public InetAddress clientAddress() { return InetAddress.getLoopbackAddress(); }
        @Override public int requestType() { return 0; }
        @Override public int requestVersion() { return version; }
        @Override public String clientId() { return clientId; }
        @Override public int correlationId() { return 0; }
    }

    private final Random random;
    private final ObjectNode session = JSON.createObjectNode();
    private final ArrayNode events = session.putArray("events");
    private final SnapshotRegistry registry = new SnapshotRegistry(new LogContext());
    private final Timers timers = new Timers();
    private final Executor executor = new Executor();
    private final GroupCoordinatorShard shard;
    private long now = 1_000_000;
    private long snapshots = 0;
    private Image image = new Image(new TreeMap<>(), 1);
    private int nextTopicId = 1;
    /** What the event that happens has brought so far. */
    private ObjectNode event;
    private ArrayNode records;
    private final TreeMap<Integer, CompletableFuture<?>> waiting = new TreeMap<>();
    private final Map<Integer, Client> waiters = new HashMap<>();
    private int nextTicket = 1;

    GoldenConsumerGroups(int seed) {
        random = new Random(seed * 7919L);
        Map<String, String> configs = new TreeMap<>();
        configs.put("group.consumer.assignors", "range");
        configs.put("group.consumer.migration.policy", pick(List.of("BIDIRECTIONAL", "BIDIRECTIONAL", "BIDIRECTIONAL", "UPGRADE", "DOWNGRADE", "DISABLED")));
        configs.put("group.consumer.assignment.interval.ms", pick(List.of("0", "1000", "5000")));
        configs.put("group.consumer.max.size", pick(List.of("3", "100", "100", "100")));
        configs.put("group.consumer.session.timeout.ms", "45000");
        configs.put("group.consumer.regex.refresh.interval.ms", pick(List.of("30000", "600000")));
        ObjectNode config = session.putObject("configs");
        configs.forEach(config::put);
        AbstractConfig parsed = new AbstractConfig(
            Utils.mergeConfigs(List.of(GroupCoordinatorConfig.CONFIG_DEF, ShareGroupConfig.CONFIG_DEF)), configs, false);
        GroupCoordinatorConfig coordinatorConfig = new GroupCoordinatorConfig(parsed);
        GroupConfigManager groupConfigs = new GroupConfigManager(Map.of(), coordinatorConfig, new ShareGroupConfig(parsed));
        GroupCoordinatorShard.Builder builder = new GroupCoordinatorShard.Builder(coordinatorConfig, groupConfigs);
        builder.withAuthorizerPlugin(Optional.empty());
        shard = builder
            .withLogContext(new LogContext())
            .withSnapshotRegistry(registry)
            .withTime(new Clock())
            .withTimer(timers)
            .withExecutor(executor)
            .withCoordinatorMetrics(new GroupCoordinatorMetrics())
            .withTopicPartition(new TopicPartition("__consumer_offsets", 0))
            .build();
        shard.onLoaded(image);
    }

    private void apply(CoordinatorResult<?, CoordinatorRecord> result) {
        for (CoordinatorRecord record : result.records()) {
            if (result.replayRecords()) shard.replay(0, -1, (short) -1, record);
            String type = record.key().getClass().getSimpleName().replaceAll("Key$", "");
            if (type.equals("ConsumerGroupPartitionMetadata") || type.equals("OffsetCommit")) continue;
            ArrayNode written = records.addArray();
            written.add(type);
            ObjectNode key = (ObjectNode) CoordinatorRecordJsonConverters.writeRecordKeyAsJson(record.key());
            if (key.has("data")) key = (ObjectNode) key.get("data");
            key.remove("groupId");
            key.remove("group");
            written.add(key.elements().hasNext() ? key.elements().next().asText() : "");
            if (record.value() == null) {
                written.addNull();
                continue;
            }
            JsonNode value = CoordinatorRecordJsonConverters.writeRecordValueAsJson(record.value().message(), record.value().version());
            ObjectNode data = (ObjectNode) (value.has("data") ? value.get("data") : value);
            data.remove("metadataHash");
            data.remove("version");
            data.remove("leader");
            if (data.has("assignmentEpoch") && !data.has("assignmentTimestamp")) data.put("assignmentTimestamp", 0);
            if (data.has("members")) data.get("members").forEach(member -> decodeAssignment((ObjectNode) member));
            written.add(data);
            sortPartitions(data);
            if (type.equals("ConsumerGroupCurrentMemberAssignment")) {
                String memberId = written.get(1).asText();
                // Kafka writes down that nothing has changed, where a member has nothing and subscribes to nothing.
                if (data.get("memberEpoch").asInt() == epochs.getOrDefault(memberId, 0)
                    && data.get("memberEpoch").equals(data.get("previousMemberEpoch"))
                    && data.get("state").asInt() == 0 && data.get("assignedPartitions").isEmpty()) isBroken = true;
                epochs.put(memberId, data.get("memberEpoch").asInt());
            }
        }
        if (result.appendFuture() != null) result.appendFuture().complete(null);
    }

    /** An assignment that does not depend on the order of its topics. */
    private void decodeAssignment(ObjectNode member) {
        try {
            byte[] assignment = member.get("assignment").binaryValue();
            ObjectNode decoded = member.putObject("assignment");
            namedPartitions(assignment).forEach((name, partitions) -> partitions.forEach(decoded.putArray(name)::add));
        } catch (java.io.IOException error) {
            throw new RuntimeException(error);
        }
    }

    private static Map<String, List<Integer>> namedPartitions(byte[] assignment) {
        Map<String, List<Integer>> byName = new TreeMap<>();
        if (assignment.length > 0) {
            for (TopicPartition partition : ConsumerProtocol.deserializeAssignment(ByteBuffer.wrap(assignment)).partitions()) {
                byName.computeIfAbsent(partition.topic(), name -> new ArrayList<>()).add(partition.partition());
            }
        }
        byName.values().forEach(partitions -> partitions.sort(null));
        return byName;
    }

    /** Partitions ascending, their epochs with them. */
    private static void sortPartitions(JsonNode value) {
        for (String name : List.of("assignedPartitions", "partitionsPendingRevocation", "topicPartitions")) {
            if (!value.has(name)) continue;
            for (JsonNode topic : value.get(name)) {
                TreeMap<Integer, JsonNode> epochs = new TreeMap<>();
                for (int at = 0; at < topic.get("partitions").size(); at++) {
                    epochs.put(topic.get("partitions").get(at).asInt(), topic.path("assignmentEpochs").path(at));
                }
                ArrayNode partitions = ((ObjectNode) topic).putArray("partitions");
                epochs.keySet().forEach(partitions::add);
                if (!topic.has("assignmentEpochs")) continue;
                ArrayNode sorted = ((ObjectNode) topic).putArray("assignmentEpochs");
                epochs.values().forEach(sorted::add);
            }
        }
    }

    interface Call { CoordinatorResult<?, CoordinatorRecord> make() throws Exception; }

    /** Makes a call. Null, or how it was refused. */
    private ApiError attempt(Call call) {
        long snapshot = snapshots++;
        registry.idempotentCreateSnapshot(snapshot);
        try {
            apply(call.make());
            return null;
        } catch (Throwable error) {
            // Kafka has run into something that it did not foresee: what follows says nothing.
            if (!(error instanceof ApiException)) isBroken = true;
            registry.revertToSnapshot(snapshot);
            return ApiError.fromThrowable(error);
        }
    }

    // The clients.

    static class Client {
        String name;
        boolean isClassic;
        String instanceId;
        String memberId = "";
        int incarnation = 0;
        int epoch = 0;
        boolean isJoined = false;
        boolean isWaiting = false;
        boolean mustSync = false;
        TreeSet<String> topics = new TreeSet<>();
        String regex = null;
        /** What it was told that it has, and what it owns. */
        Map<Uuid, List<Integer>> told = new TreeMap<>();
        Map<Uuid, List<Integer>> owned = new TreeMap<>();
        List<String> protocols = List.of("range");
        JoinGroupResponseData joined = null;
    }

    private final List<Client> clients = new ArrayList<>();

    private ObjectNode run() {
        for (String topic : TOPICS) if (random.nextInt(3) > 0) changeTopic(topic, 1 + random.nextInt(6));
        int count = 2 + random.nextInt(4);
        int classic = random.nextInt(4) == 0 ? 0 : random.nextInt(count + 1);
        for (int index = 0; index < count; index++) {
            Client client = new Client();
            client.name = "c" + index;
            client.isClassic = index < classic;
            client.instanceId = random.nextInt(3) == 0 ? "i" + random.nextInt(3) : null;
            if (random.nextInt(3) == 0) client.protocols = List.of("range", "roundrobin");
            subscribe(client);
            clients.add(client);
        }
        if (classic > 0 && random.nextInt(3) > 0) formClassicGroup();
        while (events.size() < EVENTS) {
            step();
            if (isBroken) {
                events.remove(events.size() - 1);
                break;
            }
            if (isOver()) break;
        }
        return session;
    }

    /** Before any member of the consumer protocol comes, the others have a generation. */
    private void formClassicGroup() {
        for (Client client : clients) if (client.isClassic) join(client, 3);
        pass(10_000);
        List<Client> members = new ArrayList<>(clients.stream().filter(client -> client.mustSync).toList());
        members.sort((one, other) -> other.joined.members().size() - one.joined.members().size());
        for (Client member : members) {
            sync(member);
            isOver();
        }
    }

    private boolean wasConsumer = false;
    private boolean isBroken = false;
    private final Map<String, Integer> epochs = new HashMap<>();
    /** Type and state of the group. */
    private String group = "";

    private boolean isOver() {
        var listed = shard.listGroups(List.of(), List.of(), Long.MAX_VALUE);
        group = listed.isEmpty() ? "" : listed.get(0).groupType() + " " + listed.get(0).groupState();
        if (!events.isEmpty()) ((ObjectNode) events.get(events.size() - 1)).put("group", group);
        if (group.startsWith("consumer")) wasConsumer = true;
        // Who leads is a matter of Java's hashes.
        if (wasConsumer && group.startsWith("classic") && !group.endsWith("Empty")) return true;
        boolean isSecond = clients.stream().anyMatch(client -> client.isClassic && client.isJoined && client.epoch > 1);
        return group.startsWith("classic") && !group.endsWith("Empty") && isSecond;
    }

    private void step() {
        now += 1 + random.nextInt(700);
        if (fire()) return;
        int chance = random.nextInt(100);
        if (chance < 5) changeTopic(pick(TOPICS), random.nextInt(8));
        else if (chance < 9) pass(random.nextInt(4) == 0 ? 60_000 : 15_000);
        else if (chance < 14) resolve();
        else if (chance < 18) commit(pick(clients));
        else {
            Client client = pick(clients);
            if (group.equals("classic Stable") && random.nextInt(3) == 0) client = clients.get(clients.size() - 1);
            if (client.isClassic) classicStep(client);
            else consumerStep(client);
        }
    }

    /** Timers whose time has come fire before anything else. */
    private boolean fire() {
        Timeout first = null;
        for (Timeout timeout : timers.timeouts.values()) {
            if (timeout.deadline() <= now && (first == null || timeout.deadline() < first.deadline())) first = timeout;
        }
        if (first == null) return false;
        long resume = now;
        now = first.deadline();
        begin("timer");
        while (first != null) {
            Timeout due = first;
            timers.timeouts.remove(due.key());
            attempt(() -> due.operation().generateRecords());
            first = timers.timeouts.values().stream().filter(other -> other.deadline() <= now).findFirst().orElse(null);
        }
        end();
        now = resume;
        return true;
    }

    private void pass(long ms) {
        now += ms;
        while (fire()) if (isOver()) return;
        begin("pass");
        end();
    }

    private void resolve() {
        if (executor.task == null) return;
        begin("resolve");
        Runnable task = executor.task;
        executor.task = null;
        task.run();
        end();
    }

    private void changeTopic(String name, int partitionCount) {
        Topic before = image.topics.get(name);
        Map<String, Topic> topics = new TreeMap<>(image.topics);
        Image old = image;
        Delta delta;
        if (partitionCount == 0) {
            if (before == null) return;
            topics.remove(name);
            delta = new Delta(List.of(), List.of(), Set.of(before.id()), old);
        } else if (before == null) {
            Topic made = new Topic(name, new Uuid(0x4000L, 0x8000000000000000L + nextTopicId++), partitionCount);
            topics.put(name, made);
            delta = new Delta(List.of(made.id()), List.of(made.id()), Set.of(), old);
        } else {
            if (partitionCount <= before.partitionCount()) return;
            topics.put(name, new Topic(name, before.id(), partitionCount));
            delta = new Delta(List.of(), List.of(before.id()), Set.of(), old);
        }
        image = new Image(topics, old.version() + 1);
        begin("topic");
        Topic topic = topics.get(name);
        event.put("name", name).put("id", topic == null ? null : topic.id().toString()).put("partitions", partitionCount);
        event.put("isNew", before == null);
        shard.onMetadataUpdate(delta, image);
        end();
    }

    private void subscribe(Client client) {
        client.topics.clear();
        client.regex = null;
        // While an assignment is due, Kafka computes it as if the regular expression made no difference.
        if (!client.isClassic && random.nextInt(3) == 0 && !group.endsWith("Assigning")) client.regex = pick(REGEXES);
        if (client.regex == null || random.nextInt(4) == 0) {
            for (String topic : TOPICS) if (random.nextInt(2) == 0) client.topics.add(topic);
        }
    }

    private void consumerStep(Client client) {
        if (!client.isJoined) {
            if (client.memberId.isEmpty() || random.nextInt(2) == 0) client.memberId = client.name + "-" + client.incarnation++;
            client.owned = new TreeMap<>();
            client.told = new TreeMap<>();
            while (group.endsWith("Assigning") && (client.regex != null || client.topics.isEmpty())) subscribe(client);
            heartbeat(client, 0, true, false);
            return;
        }
        int chance = random.nextInt(100);
        if (chance < 4) leave(client, -1);
        else if (chance < 10) leave(client, client.instanceId == null ? -1 : -2);
        else if (chance < 13) client.isJoined = false;
        else if (chance < 20) {
            subscribe(client);
            heartbeat(client, client.epoch, true, false);
        } else if (chance < 24) heartbeat(client, client.epoch + random.nextInt(3) - 1, false, false);
        else if (chance < 32) heartbeat(client, client.epoch, true, false);
        else heartbeat(client, client.epoch, false, random.nextInt(8) == 0);
    }

    private void heartbeat(Client client, int epoch, boolean isFull, boolean isLost) {
        int chance = random.nextInt(10);
        isFull = isFull || epoch == 0;
        if (epoch == 0) client.owned = new TreeMap<>();
        else if (chance < 7) client.owned = new TreeMap<>(client.told);
        boolean saysOwned = epoch == 0 || chance < 9;
        ConsumerGroupHeartbeatRequestData request = new ConsumerGroupHeartbeatRequestData()
            .setGroupId(GROUP)
            .setMemberId(client.memberId)
            .setMemberEpoch(epoch)
            .setInstanceId(client.instanceId)
            .setRebalanceTimeoutMs(isFull ? 20_000 + 1000 * random.nextInt(3) : -1)
            .setSubscribedTopicNames(isFull ? new ArrayList<>(client.topics) : null)
            .setSubscribedTopicRegex(isFull ? (client.regex == null ? "" : client.regex) : null)
            .setTopicPartitions(saysOwned ? topicPartitions(client.owned) : null);
        begin("heartbeat");
        event.put("memberId", client.memberId).put("memberEpoch", epoch).put("instanceId", client.instanceId)
            .put("rebalanceTimeoutMs", request.rebalanceTimeoutMs()).put("client", client.name);
        if (isFull) {
            client.topics.forEach(event.putArray("topics")::add);
            event.put("regex", request.subscribedTopicRegex());
        }
        if (saysOwned) putPartitions("owned", client.owned);
        ConsumerGroupHeartbeatResponseData[] answer = new ConsumerGroupHeartbeatResponseData[1];
        ApiError error = attempt(() -> {
            var result = shard.consumerGroupHeartbeat(new Context(1, client.name), request);
            answer[0] = result.response();
            return result;
        });
        putHeartbeatAnswer(answer[0], error);
        end();
        // Kafka has told members of a classic group to join again, and left the group as it was.
        if (error != null && event.has("answers")) isBroken = true;
        if (error != null) {
            if (error.error() != Errors.UNRELEASED_INSTANCE_ID) client.isJoined = false;
            if (error.error() == Errors.INVALID_REGULAR_EXPRESSION) subscribe(client);
            return;
        }
        if (isLost) return;
        client.isJoined = true;
        client.epoch = answer[0].memberEpoch();
        if (answer[0].assignment() != null) {
            client.told = new TreeMap<>();
            for (var topic : answer[0].assignment().topicPartitions()) client.told.put(topic.topicId(), topic.partitions());
        }
    }

    private void leave(Client client, int epoch) {
        begin("heartbeat");
        event.put("memberId", client.memberId).put("memberEpoch", epoch).put("instanceId", client.instanceId)
            .put("rebalanceTimeoutMs", -1).put("client", client.name);
        ConsumerGroupHeartbeatResponseData[] answer = new ConsumerGroupHeartbeatResponseData[1];
        ApiError error = attempt(() -> {
            var result = shard.consumerGroupHeartbeat(new Context(1, client.name), new ConsumerGroupHeartbeatRequestData()
                .setGroupId(GROUP).setMemberId(client.memberId).setMemberEpoch(epoch).setInstanceId(client.instanceId));
            answer[0] = result.response();
            return result;
        });
        putHeartbeatAnswer(answer[0], error);
        end();
        client.isJoined = false;
        client.memberId = "";
    }

    private void putHeartbeatAnswer(ConsumerGroupHeartbeatResponseData answer, ApiError error) {
        ObjectNode said = event.putObject("answer");
        if (error != null) {
            said.put("error", error.error().name()).put("message", error.message());
            return;
        }
        said.put("memberEpoch", answer.memberEpoch());
        if (answer.assignment() == null) return;
        Map<Uuid, List<Integer>> assigned = new TreeMap<>();
        for (var topic : answer.assignment().topicPartitions()) assigned.put(topic.topicId(), topic.partitions());
        putPartitions(said, "assignment", assigned);
    }

    private void commit(Client client) {
        if (image.topics.isEmpty()) return;
        Topic topic = pick(new ArrayList<>(image.topics.values()));
        int partition = random.nextInt(topic.partitionCount());
        int epoch = client.epoch + random.nextInt(3) - 1;
        int version = random.nextInt(4) == 0 ? 8 : 9;
        begin("commit");
        event.put("memberId", client.memberId).put("memberEpoch", epoch).put("version", version).put("topicId", topic.id().toString()).put("partition", partition);
        OffsetCommitRequestData request = new OffsetCommitRequestData().setGroupId(GROUP).setMemberId(client.memberId)
            .setGenerationIdOrMemberEpoch(epoch)
            .setTopics(List.of(new OffsetCommitRequestData.OffsetCommitRequestTopic().setName(topic.name()).setTopicId(topic.id())
                .setPartitions(List.of(new OffsetCommitRequestData.OffsetCommitRequestPartition().setPartitionIndex(partition).setCommittedOffset(1)))));
        ApiError error = attempt(() -> shard.commitOffset(new Context(version, client.name), request));
        event.put("error", error == null ? null : error.error().name());
        end();
    }

    // Clients of the classic protocol.

    private void classicStep(Client client) {
        if (client.isWaiting) return;
        if (client.mustSync && random.nextInt(5) > 0) {
            sync(client);
            return;
        }
        if (!client.isJoined) {
            join(client);
            return;
        }
        int chance = random.nextInt(100);
        if (chance < 6) classicLeave(client);
        else if (chance < 9) {
            client.isJoined = false;
            client.memberId = "";
        } else if (chance < 16) {
            subscribe(client);
            join(client);
        } else if (chance < 19) join(client);
        else if (chance < 22) sync(client);
        else classicHeartbeat(client);
    }

    private void join(Client client) { join(client, random.nextInt(3) == 0 ? 3 : 9); }

    private void join(Client client, int version) {
        while (group.endsWith("Assigning") && client.topics.isEmpty()) subscribe(client);
        client.owned = random.nextInt(4) == 0 ? client.owned : new TreeMap<>(client.told);
        if (!client.isJoined) client.owned = new TreeMap<>();
        // Kafka would forget the group, though not in its log.
        if (group.equals("consumer Empty")) client.memberId = "";
        List<TopicPartition> owned = new ArrayList<>();
        client.owned.forEach((id, partitions) -> image.topicMetadata(id).ifPresent(topic ->
            partitions.forEach(partition -> owned.add(new TopicPartition(topic.name(), partition)))));
        byte[] metadata = Utils.toArray(ConsumerProtocol.serializeSubscription(
            new ConsumerPartitionAssignor.Subscription(new ArrayList<>(client.topics), null, owned), (short) 1));
        JoinGroupRequestData request = new JoinGroupRequestData()
            .setGroupId(GROUP).setMemberId(client.memberId).setGroupInstanceId(client.instanceId)
            .setProtocolType("consumer").setSessionTimeoutMs(10_000 + 1000 * random.nextInt(3)).setRebalanceTimeoutMs(30_000);
        JoinGroupRequestData.JoinGroupRequestProtocolCollection protocols = new JoinGroupRequestData.JoinGroupRequestProtocolCollection();
        for (String protocol : client.protocols) {
            protocols.add(new JoinGroupRequestData.JoinGroupRequestProtocol().setName(protocol).setMetadata(metadata));
        }
        request.setProtocols(protocols);
        int ticket = nextTicket++;
        begin("join");
        event.put("ticket", ticket).put("memberId", client.memberId).put("instanceId", client.instanceId)
            .put("version", version).put("client", client.name).put("sessionTimeoutMs", request.sessionTimeoutMs())
            .put("metadata", Base64.getEncoder().encodeToString(metadata));
        client.protocols.forEach(event.putArray("protocols")::add);
        CompletableFuture<JoinGroupResponseData> future = new CompletableFuture<>();
        waiting.put(ticket, future);
        waiters.put(ticket, client);
        client.isWaiting = true;
        ApiError error = attempt(() -> shard.classicGroupJoin(new Context(version, client.name), request, future));
        if (error != null) future.complete(new JoinGroupResponseData().setErrorCode(error.error().code()));
        end();
    }

    private void sync(Client client) {
        int ticket = nextTicket++;
        SyncGroupRequestData request = new SyncGroupRequestData().setGroupId(GROUP).setMemberId(client.memberId)
            .setGroupInstanceId(client.instanceId).setGenerationId(client.epoch).setProtocolType("consumer").setProtocolName("range");
        begin("sync");
        event.put("ticket", ticket).put("memberId", client.memberId).put("instanceId", client.instanceId).put("generationId", client.epoch);
        ObjectNode assignments = event.putObject("assignments");
        List<SyncGroupRequestData.SyncGroupRequestAssignment> all = new ArrayList<>();
        if (client.joined != null && !client.joined.members().isEmpty()) {
            for (var member : client.joined.members()) {
                byte[] assignment = assignmentFor(member, client.joined.members());
                assignments.put(member.memberId(), Base64.getEncoder().encodeToString(assignment));
                all.add(new SyncGroupRequestData.SyncGroupRequestAssignment().setMemberId(member.memberId()).setAssignment(assignment));
            }
        }
        request.setAssignments(all);
        CompletableFuture<SyncGroupResponseData> future = new CompletableFuture<>();
        waiting.put(ticket, future);
        waiters.put(ticket, client);
        client.isWaiting = true;
        ApiError error = attempt(() -> shard.classicGroupSync(new Context(5, client.name), request, future));
        if (error != null) future.complete(new SyncGroupResponseData().setErrorCode(error.error().code()));
        end();
    }

    /** Every topic goes round the members that subscribe to it. */
    private byte[] assignmentFor(JoinGroupResponseData.JoinGroupResponseMember member, List<JoinGroupResponseData.JoinGroupResponseMember> members) {
        List<TopicPartition> assigned = new ArrayList<>();
        for (Topic topic : image.topics.values()) {
            List<String> subscribers = members.stream()
                .filter(other -> ConsumerProtocol.deserializeSubscription(ByteBuffer.wrap(other.metadata())).topics().contains(topic.name()))
                .map(JoinGroupResponseData.JoinGroupResponseMember::memberId).sorted().toList();
            for (int partition = 0; partition < topic.partitionCount() && !subscribers.isEmpty(); partition++) {
                if (subscribers.get(partition % subscribers.size()).equals(member.memberId())) assigned.add(new TopicPartition(topic.name(), partition));
            }
        }
        return Utils.toArray(ConsumerProtocol.serializeAssignment(new ConsumerPartitionAssignor.Assignment(assigned), (short) 1));
    }

    private void classicHeartbeat(Client client) {
        begin("classicHeartbeat");
        event.put("memberId", client.memberId).put("instanceId", client.instanceId).put("generationId", client.epoch);
        Errors[] code = new Errors[1];
        ApiError error = attempt(() -> {
            var result = shard.classicGroupHeartbeat(new Context(4, client.name), new HeartbeatRequestData()
                .setGroupId(GROUP).setMemberId(client.memberId).setGroupInstanceId(client.instanceId).setGenerationId(client.epoch));
            code[0] = Errors.forCode(result.response().errorCode());
            return result;
        });
        Errors said = error == null ? code[0] : error.error();
        event.put("error", said == Errors.NONE ? null : said.name());
        end();
        if (said == Errors.REBALANCE_IN_PROGRESS && random.nextInt(4) > 0) {
            now += 1 + random.nextInt(100);
            join(client);
        } else if (said == Errors.UNKNOWN_MEMBER_ID || said == Errors.FENCED_INSTANCE_ID) {
            client.isJoined = false;
            client.memberId = "";
        } else if (said == Errors.ILLEGAL_GENERATION) client.isJoined = false;
    }

    private void classicLeave(Client client) {
        begin("leave");
        boolean byInstance = client.instanceId != null && random.nextBoolean();
        event.put("memberId", byInstance ? "" : client.memberId).put("instanceId", client.instanceId);
        Errors[] code = new Errors[1];
        ApiError error = attempt(() -> {
            var result = shard.classicGroupLeave(new Context(5, client.name), new LeaveGroupRequestData().setGroupId(GROUP)
                .setMembers(List.of(new LeaveGroupRequestData.MemberIdentity().setMemberId(byInstance ? "" : client.memberId).setGroupInstanceId(client.instanceId))));
            code[0] = Errors.forCode(result.response().members().get(0).errorCode());
            return result;
        });
        Errors said = error == null ? code[0] : error.error();
        event.put("error", said == Errors.NONE ? null : said.name());
        end();
        client.isJoined = false;
        client.memberId = "";
    }

    // What is written down.

    private void begin(String type) {
        event = events.addObject();
        event.put("type", type).put("at", now);
        records = JSON.createArrayNode();
    }

    private void end() {
        if (!records.isEmpty()) event.set("records", records);
        event.put("resolving", executor.task != null);
        ObjectNode answers = JSON.createObjectNode();
        for (Integer ticket : new ArrayList<>(waiting.keySet())) {
            CompletableFuture<?> future = waiting.get(ticket);
            if (!future.isDone()) continue;
            waiting.remove(ticket);
            Client client = waiters.remove(ticket);
            client.isWaiting = false;
            ObjectNode answer = answers.putObject(String.valueOf(ticket));
            if (future.getNow(null) instanceof JoinGroupResponseData joined) joined(client, joined, answer);
            if (future.getNow(null) instanceof SyncGroupResponseData synced) synced(client, synced, answer);
        }
        if (!answers.isEmpty()) event.set("answers", answers);
    }

    private void joined(Client client, JoinGroupResponseData joined, ObjectNode answer) {
        Errors error = Errors.forCode(joined.errorCode());
        answer.put("error", error == Errors.NONE ? null : error.name());
        answer.put("memberId", joined.memberId()).put("generationId", joined.generationId());
        client.mustSync = error == Errors.NONE;
        client.isJoined = error == Errors.NONE;
        client.joined = joined;
        if (error == Errors.NONE) {
            client.memberId = joined.memberId();
            client.epoch = joined.generationId();
        } else if (error == Errors.MEMBER_ID_REQUIRED) client.memberId = joined.memberId();
        else if (error != Errors.REBALANCE_IN_PROGRESS) client.memberId = "";
    }

    private void synced(Client client, SyncGroupResponseData synced, ObjectNode answer) {
        Errors error = Errors.forCode(synced.errorCode());
        answer.put("error", error == Errors.NONE ? null : error.name());
        client.mustSync = false;
        if (error == Errors.NONE) {
            client.told = new TreeMap<>();
            ObjectNode assigned = answer.putObject("assigned");
            namedPartitions(synced.assignment()).forEach((name, partitions) -> {
                partitions.forEach(assigned.putArray(name)::add);
                image.topicMetadata(name).ifPresent(topic -> client.told.put(topic.id(), partitions));
            });
        } else if (error == Errors.UNKNOWN_MEMBER_ID || error == Errors.FENCED_INSTANCE_ID) {
            client.isJoined = false;
            client.memberId = "";
        }
    }

    private List<ConsumerGroupHeartbeatRequestData.TopicPartitions> topicPartitions(Map<Uuid, List<Integer>> partitions) {
        return partitions.entrySet().stream()
            .map(topic -> new ConsumerGroupHeartbeatRequestData.TopicPartitions().setTopicId(topic.getKey()).setPartitions(topic.getValue()))
            .toList();
    }

    private void putPartitions(String name, Map<Uuid, List<Integer>> partitions) { putPartitions(event, name, partitions); }

    private void putPartitions(ObjectNode node, String name, Map<Uuid, List<Integer>> partitions) {
        ObjectNode written = node.putObject(name);
        partitions.forEach((id, all) -> all.stream().sorted().forEach(written.putArray(id.toString())::add));
    }

    private <T> T pick(List<T> items) { return items.get(random.nextInt(items.size())); }
}
