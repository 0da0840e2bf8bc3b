import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.group.api.assignor.ConsumerGroupPartitionAssignor;
import org.apache.kafka.coordinator.group.api.assignor.GroupSpec;
import org.apache.kafka.coordinator.group.api.assignor.SubscribedTopicDescriber;
import org.apache.kafka.coordinator.group.api.assignor.SubscriptionType;
import org.apache.kafka.coordinator.group.assignor.RangeAssignor;
import org.apache.kafka.coordinator.group.assignor.UniformAssignor;
import org.apache.kafka.coordinator.group.modern.Assignment;
import org.apache.kafka.coordinator.group.modern.GroupSpecImpl;
import org.apache.kafka.coordinator.group.modern.MemberSubscriptionAndAssignmentImpl;

/**
 * Makes assignments.json beside it: groups that come and go by seeded chance, and how Kafka's own
 * server-side assignors assign them. Topics are numbered from 1 on and members from 0 on; who owns
 * a topic's partitions is written as a list of members, -1 for nobody. Members and partitions have
 * racks, of which the file says nothing.
 *
 * <p>Nothing is left to the order of Java's hashes: members are in a LinkedHashMap, and topic ids so
 * small that a HashSet has them in their order.
 *
 * <p>Run: java -cp 'KAFKA_LIB/*' GoldenAssignments.java OUTPUT_FOLDER
 */
public class GoldenAssignments {
    /** Among these groups are some that tell in which order Kafka takes topics of the same size. */
    private static final int FIRST_SEED = 180;
    private static final int GROUPS = 60;
    private static final int STEPS = 5;
    private static final int NOBODY = -1;
    /** Names whose order is another one in UTF-8, in UTF-16 and in dictionaries. */
    private static final List<String> NAMES = List.of("b", "B", "a-10", "a-9", "é", "\uff5e", "\ud83e\udd75", "_", "~", "z");

    private static class Member {
        String memberId;
        String instanceId;
        Set<Integer> topics;
    }

    private final Random random;
    private final boolean homogeneous;
    private final TreeMap<Integer, Integer> topics = new TreeMap<>();
    private List<Member> members = new ArrayList<>();
    /** By topic: the members that own its partitions, or null. */
    private final TreeMap<Integer, List<Member>> owned = new TreeMap<>();
    private int memberCount = 0;

    public static void main(String[] arguments) throws Exception {
        StringJoiner cases = new StringJoiner(",\n", "[\n", "\n]\n");
        for (int group = 0; group < GROUPS; group++) new GoldenAssignments(FIRST_SEED + group).live(cases);
        Files.writeString(Path.of(arguments[0], "assignments.json"), cases.toString());
    }

    private GoldenAssignments(int seed) {
        random = new Random(seed);
        homogeneous = seed % 2 == 0;
    }

    /** A group that is assigned, changes, is assigned again, and so on. */
    private void live(StringJoiner cases) {
        int topicCount = 1 + random.nextInt(5);
        for (int topic = 1; topic <= topicCount; topic++) topics.put(topic, 1 + random.nextInt(9));
        int size = 1 + random.nextInt(7);
        for (int index = 0; index < size; index++) join();
        for (int step = 0; step < STEPS; step++) {
            if (step > 0) change();
            Map<String, Map<Uuid, Set<Integer>>> byRange = assign(new RangeAssignor());
            Map<String, Map<Uuid, Set<Integer>>> byUniform = assign(new UniformAssignor());
            cases.add(String.format(
                "{\"topics\":%s,\"members\":[%s],\"owned\":%s,\"range\":%s,\"uniform\":%s}",
                quoteKeys(topics), describeMembers(), owners(owned), owners(invert(byRange)), owners(invert(byUniform))));
            owned.clear();
            owned.putAll(invert(byUniform));
        }
    }

    private void join() {
        Member member = new Member();
        String name = NAMES.get(random.nextInt(NAMES.size())) + memberCount++;
        member.memberId = name;
        member.instanceId = random.nextInt(3) == 0 ? "static-" + name : null;
        member.topics = homogeneous && !members.isEmpty() ? members.get(0).topics : subscription();
        members.add(random.nextInt(members.size() + 1), member);
    }

    /** In homogeneous groups the topics of them all. */
    private Set<Integer> subscription() {
        if (homogeneous) return new TreeSet<>(topics.keySet());
        TreeSet<Integer> some = new TreeSet<>();
        for (int topic : topics.keySet()) if (random.nextInt(2) == 0) some.add(topic);
        return some;
    }

    private void change() {
        int happens = random.nextInt(7);
        if (happens == 0) {
            for (int more = random.nextInt(3); more >= 0; more--) join();
        } else if (happens == 1) {
            while (members.size() > 1) {
                leave(random.nextInt(members.size()));
                if (random.nextInt(2) == 0) break;
            }
        } else if (happens == 2) {
            int topic = 1 + random.nextInt(6);
            topics.merge(topic, 1 + random.nextInt(6), Integer::sum);
            for (Member member : members) if (homogeneous || random.nextInt(2) == 0) member.topics.add(topic);
        } else if (happens == 3 && topics.size() > 1) {
            int deleted = new ArrayList<>(topics.keySet()).get(random.nextInt(topics.size()));
            topics.remove(deleted);
            for (Member member : members) member.topics.remove(deleted);
        } else if (happens == 4) {
            Set<Integer> others = subscription();
            if (homogeneous) others.removeIf(topic -> random.nextInt(3) == 0);
            if (homogeneous) for (Member member : members) member.topics = others;
            else members.get(random.nextInt(members.size())).topics = others;
        } else if (happens == 5) {
            // As no assignor would leave it, but Kafka's classic assignors may.
            owned.clear();
            for (Map.Entry<Integer, Integer> topic : topics.entrySet()) {
                List<Member> ofTopic = new ArrayList<>();
                for (int index = 0; index < topic.getValue(); index++) {
                    double skewed = random.nextDouble() * random.nextDouble();
                    Member owner = members.get((int) (skewed * members.size()));
                    ofTopic.add(random.nextInt(4) == 0 ? null : owner);
                }
                owned.put(topic.getKey(), ofTopic);
            }
        } else {
            leave(random.nextInt(members.size()));
            join();
        }
    }

    private void leave(int index) {
        Member gone = members.remove(index);
        for (List<Member> ofTopic : owned.values()) ofTopic.replaceAll(owner -> owner == gone ? null : owner);
        if (members.isEmpty()) join();
    }

    private Map<String, Map<Uuid, Set<Integer>>> assign(ConsumerGroupPartitionAssignor assignor) {
        Map<String, Map<Uuid, Set<Integer>>> assignments = new HashMap<>();
        assignor.assign(spec(), new Topics()).members()
            .forEach((memberId, assignment) -> assignments.put(memberId, assignment.partitions()));
        return assignments;
    }

    private GroupSpec spec() {
        Map<String, Map<Uuid, Set<Integer>>> assignments = new HashMap<>();
        Map<Uuid, Map<Integer, String>> inverted = new HashMap<>();
        owned.forEach((topic, ofTopic) -> {
            for (int partition = 0; partition < ofTopic.size(); partition++) {
                Member owner = ofTopic.get(partition);
                if (owner == null) continue;
                assignments.computeIfAbsent(owner.memberId, __ -> new LinkedHashMap<>())
                    .computeIfAbsent(id(topic), __ -> new TreeSet<>()).add(partition);
                inverted.computeIfAbsent(id(topic), __ -> new HashMap<>()).put(partition, owner.memberId);
            }
        });
        Map<String, MemberSubscriptionAndAssignmentImpl> specs = new LinkedHashMap<>();
        for (Member member : members) {
            Set<Uuid> subscribed = new LinkedHashSet<>();
            for (int topic : member.topics) subscribed.add(id(topic));
            Map<Uuid, Set<Integer>> assignment = assignments.getOrDefault(member.memberId, Map.of());
            specs.put(member.memberId, new MemberSubscriptionAndAssignmentImpl(
                Optional.of("rack-" + member.memberId.length() % 2),
                Optional.ofNullable(member.instanceId),
                subscribed,
                new Assignment(Collections.unmodifiableMap(assignment))));
        }
        return new GroupSpecImpl(Collections.unmodifiableMap(specs), subscriptionType(), inverted);
    }

    private SubscriptionType subscriptionType() {
        boolean same = members.stream().allMatch(member -> member.topics.equals(members.get(0).topics));
        return same ? SubscriptionType.HOMOGENEOUS : SubscriptionType.HETEROGENEOUS;
    }

    private TreeMap<Integer, List<Member>> invert(Map<String, Map<Uuid, Set<Integer>>> assignments) {
        TreeMap<Integer, List<Member>> inverted = new TreeMap<>();
        topics.forEach((topic, count) -> inverted.put(topic, new ArrayList<>(Collections.nCopies(count, null))));
        for (Member member : members) {
            assignments.getOrDefault(member.memberId, Map.of()).forEach((topicId, partitions) -> {
                List<Member> ofTopic = inverted.get((int) topicId.getLeastSignificantBits());
                for (int partition : partitions) {
                    if (ofTopic.set(partition, member) != null) throw new IllegalStateException("two owners");
                }
            });
        }
        return inverted;
    }

    private String describeMembers() {
        StringJoiner all = new StringJoiner(",");
        for (Member member : members) {
            String instanceId = member.instanceId == null ? "null" : "\"" + member.instanceId + "\"";
            all.add(String.format("[\"%s\",%s,%s]", member.memberId, instanceId, compact(member.topics)));
        }
        return all.toString();
    }

    private String owners(Map<Integer, List<Member>> byTopic) {
        TreeMap<Integer, String> numbers = new TreeMap<>();
        byTopic.forEach((topic, ofTopic) ->
            numbers.put(topic, compact(ofTopic.stream().map(owner -> owner == null ? NOBODY : members.indexOf(owner)).toList())));
        return quoteKeys(numbers);
    }

    private static String quoteKeys(Map<Integer, ?> map) {
        StringJoiner entries = new StringJoiner(",", "{", "}");
        map.forEach((key, value) -> entries.add("\"" + key + "\":" + value));
        return entries.toString();
    }

    private static String compact(Object list) {
        return list.toString().replace(" ", "");
    }

    private static Uuid id(int topic) {
        return new Uuid(0, topic);
    }

    private class Topics implements SubscribedTopicDescriber {
        @Override
        public int numPartitions(Uuid topicId) {
            return topics.getOrDefault((int) topicId.getLeastSignificantBits(), -1);
        }

        @Override
        public Set<String> racksForPartition(Uuid topicId, int partition) {
            return Set.of("rack-" + partition % 2);
        }
    }
}
