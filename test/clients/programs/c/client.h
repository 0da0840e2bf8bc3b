/* What the files of the program share. */
#include <librdkafka/rdkafka.h>

#define TIMEOUT_MS 30000

/* Says why, and ends the program. */
void fail(const char *why);

/* Sets a property of a client that is to be made. */
void set(rd_kafka_conf_t *conf, const char *name, const char *value);

/* Makes a client, which owns its properties from now on. */
rd_kafka_t *new_client(rd_kafka_type_t type, rd_kafka_conf_t *conf, const char *bootstrap);

/* Writes a line: what has become of these partitions. */
void say_partitions(const char *what, const rd_kafka_topic_partition_list_t *partitions);

void create_topic(const char *bootstrap, const char *topic, const char *partitions);

/* Says the state of a group, its members, and what it has committed of how much. */
void describe(const char *bootstrap, const char *group);
