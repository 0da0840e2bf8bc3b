// Sarama as a person would use it: topics, records and groups from a command line.
//
//	client create <bootstrap> <topic> <partitions>
//	client produce <bootstrap> <topic> <compression>          lines of "key TAB value" on stdin
//	client consume <bootstrap> <topic> <group> <protocol> <client id>    until SIGTERM
//	client describe <bootstrap> <group> <protocol>
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/IBM/sarama"
)

func main() {
	if len(os.Args) < 4 {
		fail(fmt.Errorf("what shall it do, where and with what?"))
	}
	bootstrap, args := strings.Split(os.Args[2], ","), os.Args[3:]
	switch command := os.Args[1]; command {
	case "create":
		fail(createTopic(bootstrap, args[0], args[1]))
	case "produce":
		fail(produce(bootstrap, args[0], args[1]))
	case "consume":
		fail(consume(bootstrap, args[0], args[1], args[3]))
	case "describe":
		fail(describe(bootstrap, args[0]))
	default:
		fail(fmt.Errorf("there is no command %q", command))
	}
}

// Ends the program if something has failed.
func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "failed", err)
		os.Exit(1)
	}
}

func newConfig() *sarama.Config {
	config := sarama.NewConfig()
	config.Version = sarama.MaxVersion
	return config
}

func createTopic(bootstrap []string, topic, partitions string) error {
	count, err := strconv.ParseInt(partitions, 10, 32)
	if err != nil {
		return err
	}
	admin, err := sarama.NewClusterAdmin(bootstrap, newConfig())
	if err != nil {
		return err
	}
	defer admin.Close()
	detail := &sarama.TopicDetail{NumPartitions: int32(count), ReplicationFactor: 1}
	if err := admin.CreateTopic(topic, detail, false); err != nil {
		return err
	}
	fmt.Println("created", topic, count)
	return nil
}

// Each line is a record. An idempotent producer of Sarama has one request under way at a time.
func produce(bootstrap []string, topic, compression string) error {
	config := newConfig()
	config.Producer.Idempotent = true
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Producer.Return.Successes = true
	config.Net.MaxOpenRequests = 1
	if err := config.Producer.Compression.UnmarshalText([]byte(compression)); err != nil {
		return err
	}
	producer, err := sarama.NewSyncProducer(bootstrap, config)
	if err != nil {
		return err
	}
	defer producer.Close()

	var records []*sarama.ProducerMessage
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), "\t")
		records = append(records, &sarama.ProducerMessage{
			Topic: topic,
			Key:   sarama.StringEncoder(key),
			Value: sarama.StringEncoder(value),
		})
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if err := producer.SendMessages(records); err != nil {
		return err
	}
	fmt.Println("acknowledged", len(records))
	return nil
}

// Handles every record as a member of a group, which Sarama divides by range. What is marked is
// committed now and then, and before the group is divided again.
func consume(bootstrap []string, topic, group, clientID string) error {
	config := newConfig()
	config.ClientID = clientID
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	consumer, err := sarama.NewConsumerGroup(bootstrap, group, config)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	// It returns when the group is about to be divided again.
	for ctx.Err() == nil {
		if err := consumer.Consume(ctx, []string{topic}, handler{}); err != nil {
			return err
		}
	}
	return consumer.Close()
}

type handler struct{}

func (handler) Setup(session sarama.ConsumerGroupSession) error {
	sayPartitions("assigned", session.Claims())
	return nil
}

func (handler) Cleanup(session sarama.ConsumerGroupSession) error {
	sayPartitions("revoked", session.Claims())
	return nil
}

func (handler) ConsumeClaim(
	session sarama.ConsumerGroupSession,
	claim sarama.ConsumerGroupClaim,
) error {
	for {
		select {
		case record, isOpen := <-claim.Messages():
			if !isOpen {
				return nil
			}
			place := fmt.Sprintf("%s-%d %d", record.Topic, record.Partition, record.Offset)
			fmt.Printf("handled %s %s\n", place, record.Value)
			session.MarkMessage(record, "")
		case <-session.Context().Done():
			return nil
		}
	}
}

func sayPartitions(what string, partitions map[string][]int32) {
	line := what
	for topic, numbers := range partitions {
		for _, number := range numbers {
			line += fmt.Sprintf(" %s-%d", topic, number)
		}
	}
	fmt.Println(line)
}

// Says the state of a group, its members, and what it has committed of how much.
func describe(bootstrap []string, group string) error {
	client, err := sarama.NewClient(bootstrap, newConfig())
	if err != nil {
		return err
	}
	admin, err := sarama.NewClusterAdminFromClient(client)
	if err != nil {
		return err
	}
	defer admin.Close()
	groups, err := admin.DescribeConsumerGroups([]string{group})
	if err != nil {
		return err
	}
	fmt.Println("state", groups[0].State)
	for _, member := range groups[0].Members {
		assignment, err := member.GetMemberAssignment()
		if err != nil {
			return err
		}
		sayPartitions("member "+member.ClientId, assignment.Topics)
	}
	committed, err := admin.ListConsumerGroupOffsets(group, nil)
	if err != nil {
		return err
	}
	for topic, partitions := range committed.Blocks {
		for partition, block := range partitions {
			end, err := client.GetOffset(topic, partition, sarama.OffsetNewest)
			if err != nil {
				return err
			}
			fmt.Printf("offset %s-%d %d of %d\n", topic, partition, block.Offset, end)
		}
	}
	return nil
}
