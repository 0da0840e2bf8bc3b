"""kafka-python as a person would use it: topics, records and groups from a command line.

client create <bootstrap> <topic> <partitions>
client produce <bootstrap> <topic> <compression>          lines of "key TAB value" on stdin
client consume <bootstrap> <topic> <group> <protocol> <client id>    until SIGTERM
client describe <bootstrap> <group> <protocol>
"""

import signal
import sys

from kafka import ConsumerRebalanceListener, KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.errors import KafkaError


def create(bootstrap, topic, partitions):
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    options = {"num_partitions": int(partitions), "replication_factor": 1}
    admin.create_topics({topic: options}, wait_for_metadata=True)
    print("created", topic, len(admin.describe_topics([topic])[0]["partitions"]))
    admin.close()


def produce(bootstrap, topic, compression):
    producer = KafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        compression_type=None if compression == "none" else compression,
    )
    futures = []
    for line in sys.stdin:
        key, value = line.rstrip("\n").split("\t", 1)
        futures.append(producer.send(topic, key=key.encode(), value=value.encode()))
    for future in futures:
        future.get(timeout=30)
    producer.close()
    print("acknowledged", len(futures))


class Listener(ConsumerRebalanceListener):
    """Says which partitions come and go."""

    def on_partitions_assigned(self, assigned):
        say_partitions("assigned", assigned)

    def on_partitions_revoked(self, revoked):
        say_partitions("revoked", revoked)


def consume(bootstrap, topic, group, protocol, client_id):
    assignors = [RangePartitionAssignor]
    if protocol == "classic":
        assignors.append(RoundRobinPartitionAssignor)
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        client_id=client_id,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        partition_assignment_strategy=assignors,
    )
    # Whoever leads the group shares out what it knows of, which is nothing yet.
    consumer.partitions_for_topic(topic)
    consumer.subscribe([topic], listener=Listener())
    is_stopped = []
    signal.signal(signal.SIGTERM, lambda *_: is_stopped.append(True))
    while not is_stopped:
        batches = consumer.poll(timeout_ms=200)
        for partition, records in batches.items():
            for record in records:
                value = record.value.decode()
                print(f"handled {partition.topic}-{partition.partition} {record.offset} {value}")
        sys.stdout.flush()
        if batches:
            consumer.commit()
    consumer.close()


def say_partitions(what, partitions):
    print(what, *(f"{one.topic}-{one.partition}" for one in partitions), flush=True)


def describe(bootstrap, group, _protocol):
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    described = admin.describe_groups([group])[group]
    print("state", described["group_state"])
    for member in described["members"]:
        partitions = [
            f"{topic['topic']}-{number}"
            for topic in member["member_assignment"]["assigned_partitions"]
            for number in topic["partitions"]
        ]
        print("member", member["client_id"], *partitions)
    committed = admin.list_group_offsets([group])[group]
    ends = KafkaConsumer(bootstrap_servers=bootstrap).end_offsets(committed.keys())
    for partition, offset in sorted(committed.items()):
        name = f"{partition.topic}-{partition.partition}"
        print("offset", name, offset.offset, "of", ends[partition])
    admin.close()


def main():
    commands = {"create": create, "produce": produce, "consume": consume, "describe": describe}
    command, bootstrap, *arguments = sys.argv[1:]
    try:
        commands[command](bootstrap.split(","), *arguments)
    except KafkaError as error:
        sys.exit(f"failed {error!r}")


main()
