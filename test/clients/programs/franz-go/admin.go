package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

func createTopic(ctx context.Context, bootstrap kgo.Opt, topic, partitions string) error {
	count, err := strconv.ParseInt(partitions, 10, 32)
	if err != nil {
		return err
	}
	admin, err := kadm.NewOptClient(bootstrap)
	if err != nil {
		return err
	}
	defer admin.Close()
	created, err := admin.CreateTopic(ctx, int32(count), 1, nil, topic)
	if err != nil {
		return err
	}
	fmt.Println("created", created.Topic, created.NumPartitions)
	return nil
}

// Says the state of a group, its members, and what it has committed of how much.
func describe(ctx context.Context, bootstrap kgo.Opt, group, protocol string) error {
	admin, err := kadm.NewOptClient(bootstrap)
	if err != nil {
		return err
	}
	defer admin.Close()
	if protocol == "consumer" {
		err = describeConsumer(ctx, admin, group)
	} else {
		err = describeClassic(ctx, admin, group)
	}
	if err != nil {
		return err
	}

	committed, err := admin.FetchOffsets(ctx, group)
	if err != nil {
		return err
	}
	ends, err := admin.ListEndOffsets(ctx, committed.Offsets().TopicsSet().Topics()...)
	if err != nil {
		return err
	}
	for _, offset := range committed.Sorted() {
		end, _ := ends.Lookup(offset.Topic, offset.Partition)
		fmt.Printf("offset %s-%d %d of %d\n", offset.Topic, offset.Partition, offset.At, end.Offset)
	}
	return nil
}

func describeConsumer(ctx context.Context, admin *kadm.Client, group string) error {
	described, err := admin.DescribeConsumerGroups(ctx, group)
	if err != nil {
		return err
	}
	if err := described[group].Err; err != nil {
		return err
	}
	fmt.Println("state", described[group].State)
	for _, member := range described[group].Members {
		sayMember(member.ClientID, member.Assignment)
	}
	return nil
}

func describeClassic(ctx context.Context, admin *kadm.Client, group string) error {
	described, err := admin.DescribeGroups(ctx, group)
	if err != nil {
		return err
	}
	if err := described[group].Err; err != nil {
		return err
	}
	fmt.Println("state", described[group].State)
	for _, member := range described[group].Members {
		assigned := make(kadm.TopicsSet)
		if assignment, ok := member.Assigned.AsConsumer(); ok {
			for _, topic := range assignment.Topics {
				assigned.Add(topic.Topic, topic.Partitions...)
			}
		}
		sayMember(member.ClientID, assigned)
	}
	return nil
}

func sayMember(clientID string, assigned kadm.TopicsSet) {
	fmt.Print("member ", clientID)
	for _, topic := range assigned.Sorted() {
		for _, partition := range topic.Partitions {
			fmt.Printf(" %s-%d", topic.Topic, partition)
		}
	}
	fmt.Println()
}
