"""confluent-kafka, which is librdkafka, as a person would use it from a command line.

client create <bootstrap> <topic> <partitions>
client produce <bootstrap> <topic> <compression>          lines of "key TAB value" on stdin
client consume <bootstrap> <topic> <group> <protocol> <client id>    until SIGTERM
client describe <bootstrap> <group> <protocol>
"""

import signal
import sys

from confluent_kafka import (
    Consumer,
    ConsumerGroupTopicPartitions,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec


def create(bootstrap, topic, partitions):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(topic, int(partitions), 1)])[topic].result()
    print("created", topic, partitions)


def produce(bootstrap, topic, compression):
    settings = {"acks": "all", "enable.idempotence": True, "compression.type": compression}
    producer = Producer({"bootstrap.servers": bootstrap, **settings})
    acknowledged = []

    def on_delivery(error, message):
        if error is not None:
            raise KafkaException(error)
        acknowledged.append(message.offset())

    for line in sys.stdin:
        key, value = line.rstrip("\n").split("\t", 1)
        producer.produce(topic, value, key, on_delivery=on_delivery)
        producer.poll(0)
    producer.flush()
    print("acknowledged", len(acknowledged))


def consume(bootstrap, topic, group, protocol, client_id):
    settings = {
        "client.id": client_id,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "auto.commit.interval.ms": 500,
    }
    if protocol == "consumer":
        settings["group.protocol"] = "consumer"
    elif protocol != "classic":
        settings["partition.assignment.strategy"] = protocol
    consumer = Consumer({"bootstrap.servers": bootstrap, **settings})
    consumer.subscribe(
        [topic],
        on_assign=lambda _, partitions: say_partitions("assigned", partitions),
        on_revoke=lambda _, partitions: say_partitions("revoked", partitions),
    )
    is_stopped = []
    signal.signal(signal.SIGTERM, lambda *_: is_stopped.append(True))
    while not is_stopped:
        record = consumer.poll(timeout=0.2)
        if record is None:
            continue
        if record.error():
            raise KafkaException(record.error())
        place = f"{record.topic()}-{record.partition()} {record.offset()}"
        print("handled", place, record.value().decode(), flush=True)
    consumer.close()


def say_partitions(what, partitions):
    print(what, *(f"{one.topic}-{one.partition}" for one in partitions), flush=True)


def describe(bootstrap, group, _protocol):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    described = admin.describe_consumer_groups([group])[group].result()
    print("state", described.state.name)
    for member in described.members:
        assigned = member.assignment.topic_partitions
        print("member", member.client_id, *(f"{one.topic}-{one.partition}" for one in assigned))
    asked = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
    committed = sorted(asked[group].result().topic_partitions)
    places = [TopicPartition(one.topic, one.partition) for one in committed]
    ends = admin.list_offsets({place: OffsetSpec.latest() for place in places})
    for one, place in zip(committed, places):
        end = ends[place].result().offset
        print("offset", f"{one.topic}-{one.partition}", one.offset, "of", end)


def main():
    commands = {"create": create, "produce": produce, "consume": consume, "describe": describe}
    command, bootstrap, *arguments = sys.argv[1:]
    try:
        commands[command](bootstrap, *arguments)
    except KafkaException as error:
        sys.exit(f"failed {error}")


main()
