/*
 * librdkafka as a person would use it from C: topics, records and groups from a command line.
 *
 *   client create <bootstrap> <topic> <partitions>
 *   client produce <bootstrap> <topic> <compression>        lines of "key TAB value" on stdin
 *   client consume <bootstrap> <topic> <group> <protocol> <client id>     until SIGTERM
 *   client describe <bootstrap> <group> <protocol>
 */
#include <librdkafka/rdkafka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

static char reason[512];

void fail(const char *why) {
    fprintf(stderr, "failed %s\n", why);
    exit(1);
}

void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
    rd_kafka_conf_res_t result = rd_kafka_conf_set(conf, name, value, reason, sizeof reason);
    if (result != RD_KAFKA_CONF_OK) fail(reason);
}

rd_kafka_t *new_client(rd_kafka_type_t type, rd_kafka_conf_t *conf, const char *bootstrap) {
    set(conf, "bootstrap.servers", bootstrap);
    rd_kafka_t *client = rd_kafka_new(type, conf, reason, sizeof reason);
    if (client == NULL) fail(reason);
    return client;
}

static long acknowledged = 0;

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *record, void *opaque) {
    (void)client, (void)opaque;
    if (record->err) fail(rd_kafka_err2str(record->err));
    acknowledged++;
}

/* Each line is a record, written by an idempotent producer. */
static void produce(const char *bootstrap, const char *topic, const char *compression) {
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "acks", "all");
    set(conf, "enable.idempotence", "true");
    set(conf, "compression.type", compression);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_t *producer = new_client(RD_KAFKA_PRODUCER, conf, bootstrap);

    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    while ((length = getline(&line, &size, stdin)) > 0) {
        if (line[length - 1] == '\n') length--;
        char *tab = memchr(line, '\t', length);
        if (tab == NULL) fail("a line has no tab");
        size_t key_length = tab - line;
        rd_kafka_resp_err_t error = rd_kafka_producev(
            producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
            RD_KAFKA_V_KEY(line, key_length),
            RD_KAFKA_V_VALUE(tab + 1, length - key_length - 1), RD_KAFKA_V_END);
        if (error) fail(rd_kafka_err2str(error));
        rd_kafka_poll(producer, 0);
    }
    free(line);
    rd_kafka_resp_err_t error = rd_kafka_flush(producer, TIMEOUT_MS);
    if (error) fail(rd_kafka_err2str(error));
    rd_kafka_destroy(producer);
    printf("acknowledged %ld\n", acknowledged);
}

static volatile sig_atomic_t is_stopped = 0;

static void on_sigterm(int number) {
    (void)number;
    is_stopped = 1;
}

static void on_rebalance(rd_kafka_t *consumer, rd_kafka_resp_err_t event,
                         rd_kafka_topic_partition_list_t *partitions, void *opaque) {
    (void)opaque;
    int is_assigned = event == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
    int is_cooperative = strcmp(rd_kafka_rebalance_protocol(consumer), "COOPERATIVE") == 0;
    say_partitions(is_assigned ? "assigned" : "revoked", partitions);
    if (is_cooperative && is_assigned) {
        rd_kafka_error_destroy(rd_kafka_incremental_assign(consumer, partitions));
    } else if (is_cooperative) {
        rd_kafka_error_destroy(rd_kafka_incremental_unassign(consumer, partitions));
    } else {
        rd_kafka_assign(consumer, is_assigned ? partitions : NULL);
    }
}

/* Handles every record as a member of a group, whose offsets are committed by librdkafka itself. */
static void consume(const char *bootstrap, const char *topic, const char *group,
                    const char *protocol, const char *client_id) {
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "client.id", client_id);
    set(conf, "group.id", group);
    set(conf, "auto.offset.reset", "earliest");
    set(conf, "auto.commit.interval.ms", "500");
    if (strcmp(protocol, "classic") != 0) set(conf, "partition.assignment.strategy", protocol);
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    rd_kafka_t *consumer = new_client(RD_KAFKA_CONSUMER, conf, bootstrap);
    rd_kafka_poll_set_consumer(consumer);

    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, topic, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t error = rd_kafka_subscribe(consumer, topics);
    if (error) fail(rd_kafka_err2str(error));
    rd_kafka_topic_partition_list_destroy(topics);

    signal(SIGTERM, on_sigterm);
    while (!is_stopped) {
        rd_kafka_message_t *record = rd_kafka_consumer_poll(consumer, 200);
        if (record == NULL) continue;
        if (record->err) fail(rd_kafka_message_errstr(record));
        printf("handled %s-%d %lld %.*s\n", rd_kafka_topic_name(record->rkt), record->partition,
               (long long)record->offset, (int)record->len, (const char *)record->payload);
        fflush(stdout);
        rd_kafka_message_destroy(record);
    }
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
}

int main(int argc, char **argv) {
    if (argc >= 5 && strcmp(argv[1], "create") == 0) {
        create_topic(argv[2], argv[3], argv[4]);
    } else if (argc >= 5 && strcmp(argv[1], "produce") == 0) {
        produce(argv[2], argv[3], argv[4]);
    } else if (argc >= 7 && strcmp(argv[1], "consume") == 0) {
        consume(argv[2], argv[3], argv[4], argv[5], argv[6]);
    } else if (argc >= 4 && strcmp(argv[1], "describe") == 0) {
        describe(argv[2], argv[3]);
    } else {
        fail("what shall it do, where and with what?");
    }
    return 0;
}
