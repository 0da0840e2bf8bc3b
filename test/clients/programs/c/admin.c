/* Topics and groups by librdkafka's admin API: a request goes out, its result comes by a queue. */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>

void say_partitions(const char *what, const rd_kafka_topic_partition_list_t *partitions) {
    printf("%s", what);
    for (int i = 0; i < partitions->cnt; i++) {
        printf(" %s-%d", partitions->elems[i].topic, partitions->elems[i].partition);
    }
    printf("\n");
    fflush(stdout);
}

static rd_kafka_event_t *result_of(rd_kafka_queue_t *queue) {
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, TIMEOUT_MS);
    if (event == NULL) fail("nobody answers");
    if (rd_kafka_event_error(event)) fail(rd_kafka_event_error_string(event));
    return event;
}

void create_topic(const char *bootstrap, const char *topic, const char *partitions) {
    rd_kafka_t *client = new_client(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), bootstrap);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    char reason[512];
    rd_kafka_NewTopic_t *wanted =
        rd_kafka_NewTopic_new(topic, atoi(partitions), 1, reason, sizeof reason);
    if (wanted == NULL) fail(reason);
    rd_kafka_CreateTopics(client, &wanted, 1, NULL, queue);
    rd_kafka_event_t *event = result_of(queue);
    size_t count;
    const rd_kafka_topic_result_t **results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    const rd_kafka_topic_result_t *result = results[0];
    if (rd_kafka_topic_result_error(result)) fail(rd_kafka_topic_result_error_string(result));
    printf("created %s %s\n", topic, partitions);
    rd_kafka_event_destroy(event);
    rd_kafka_NewTopic_destroy(wanted);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(client);
}

static void describe_members(rd_kafka_t *client, rd_kafka_queue_t *queue, const char *group) {
    rd_kafka_DescribeConsumerGroups(client, &group, 1, NULL, queue);
    rd_kafka_event_t *event = result_of(queue);
    size_t count;
    const rd_kafka_ConsumerGroupDescription_t **groups =
        rd_kafka_DescribeConsumerGroups_result_groups(
            rd_kafka_event_DescribeConsumerGroups_result(event), &count);
    const rd_kafka_error_t *error = rd_kafka_ConsumerGroupDescription_error(groups[0]);
    if (error) fail(rd_kafka_error_string(error));
    rd_kafka_consumer_group_state_t state = rd_kafka_ConsumerGroupDescription_state(groups[0]);
    printf("state %s\n", rd_kafka_consumer_group_state_name(state));
    size_t members = rd_kafka_ConsumerGroupDescription_member_count(groups[0]);
    for (size_t i = 0; i < members; i++) {
        const rd_kafka_MemberDescription_t *member =
            rd_kafka_ConsumerGroupDescription_member(groups[0], i);
        printf("member %s", rd_kafka_MemberDescription_client_id(member));
        say_partitions("", rd_kafka_MemberAssignment_partitions(
                               rd_kafka_MemberDescription_assignment(member)));
    }
    rd_kafka_event_destroy(event);
}

static void describe_offsets(rd_kafka_t *client, rd_kafka_queue_t *queue, const char *group) {
    rd_kafka_ListConsumerGroupOffsets_t *asked = rd_kafka_ListConsumerGroupOffsets_new(group, NULL);
    rd_kafka_ListConsumerGroupOffsets(client, &asked, 1, NULL, queue);
    rd_kafka_event_t *event = result_of(queue);
    size_t count;
    const rd_kafka_group_result_t **results = rd_kafka_ListConsumerGroupOffsets_result_groups(
        rd_kafka_event_ListConsumerGroupOffsets_result(event), &count);
    const rd_kafka_topic_partition_list_t *offsets = rd_kafka_group_result_partitions(results[0]);
    for (int i = 0; i < offsets->cnt; i++) {
        const rd_kafka_topic_partition_t *one = &offsets->elems[i];
        int64_t start, end;
        rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
            client, one->topic, one->partition, &start, &end, TIMEOUT_MS);
        if (error) fail(rd_kafka_err2str(error));
        printf("offset %s-%d %lld of %lld\n", one->topic, one->partition, (long long)one->offset,
               (long long)end);
    }
    rd_kafka_event_destroy(event);
    rd_kafka_ListConsumerGroupOffsets_destroy(asked);
}

void describe(const char *bootstrap, const char *group) {
    rd_kafka_t *client = new_client(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), bootstrap);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    describe_members(client, queue, group);
    describe_offsets(client, queue, group);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(client);
}
