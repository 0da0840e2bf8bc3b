"""aiokafka as a person would use it: topics, records and groups from a command line.

client create <bootstrap> <topic> <partitions>
client produce <bootstrap> <topic> <compression>          lines of "key TAB value" on stdin
client consume <bootstrap> <topic> <group> <protocol> <client id>    until SIGTERM
client describe <bootstrap> <group> <protocol>
"""

import asyncio
import signal
import sys
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment
from aiokafka.errors import KafkaError, for_code


@asynccontextmanager
async def administrator(bootstrap):
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def create(bootstrap, topic, partitions):
    async with administrator(bootstrap) as admin:
        answer = await admin.create_topics([NewTopic(topic, int(partitions), 1)])
    # An answer that is an error is an answer, and not an exception.
    for name, code, reason in answer.topic_errors:
        if code != 0:
            raise for_code(code)(reason)
        print("created", name, partitions)


async def produce(bootstrap, topic, compression):
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        compression_type=None if compression == "none" else compression,
    )
    async with producer:
        futures = []
        for line in sys.stdin:
            key, value = line.rstrip("\n").split("\t", 1)
            futures.append(await producer.send(topic, value.encode(), key.encode()))
        await asyncio.gather(*futures)
    print("acknowledged", len(futures))


class Listener(ConsumerRebalanceListener):
    """Says which partitions come and go."""

    async def on_partitions_assigned(self, assigned):
        say_partitions("assigned", assigned)

    async def on_partitions_revoked(self, revoked):
        say_partitions("revoked", revoked)


async def consume(bootstrap, topic, group, protocol, client_id):
    assignors = [RangePartitionAssignor]
    if protocol == "classic":
        assignors.append(RoundRobinPartitionAssignor)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        client_id=client_id,
        group_id=group,
        auto_offset_reset="earliest",
        auto_commit_interval_ms=500,
        partition_assignment_strategy=assignors,
    )
    consumer.subscribe([topic], listener=Listener())
    is_stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, is_stopped.set)
    async with consumer:
        while not is_stopped.is_set():
            batches = await consumer.getmany(timeout_ms=200)
            for partition, records in batches.items():
                for record in records:
                    place = f"{partition.topic}-{partition.partition} {record.offset}"
                    print("handled", place, record.value.decode())
            sys.stdout.flush()


def say_partitions(what, partitions):
    print(what, *(f"{one.topic}-{one.partition}" for one in partitions), flush=True)


async def describe(bootstrap, group, _protocol):
    async with administrator(bootstrap) as admin:
        answers = await admin.describe_consumer_groups([group])
        _error, _group, state, _type, _assignor, members, *_more = answers[0].groups[0]
        print("state", state)
        for _member_id, client_id, _host, _metadata, assignment in members:
            assigned = ConsumerProtocolMemberAssignment.decode(assignment).partitions()
            say_partitions(f"member {client_id}", assigned)
        committed = await admin.list_consumer_group_offsets(group)
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        ends = await consumer.end_offsets(committed.keys())
    for partition, offset in sorted(committed.items()):
        name = f"{partition.topic}-{partition.partition}"
        print("offset", name, offset.offset, "of", ends[partition])


def main():
    commands = {"create": create, "produce": produce, "consume": consume, "describe": describe}
    command, bootstrap, *arguments = sys.argv[1:]
    try:
        asyncio.run(commands[command](bootstrap.split(","), *arguments))
    except KafkaError as error:
        sys.exit(f"failed {error!r}")


main()
