package main

import (
	"bufio"
	"context"
	"fmt"
	"os"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Handles every record as a member of a group, and commits it before its partition moves on.
func consume(ctx context.Context, bootstrap kgo.Opt, topic, group, protocol, id string) error {
	out := bufio.NewWriter(os.Stdout)
	say := func(what string) func(context.Context, *kgo.Client, map[string][]int32) {
		return func(_ context.Context, _ *kgo.Client, partitions map[string][]int32) {
			sayPartitions(out, what, partitions)
		}
	}
	options := []kgo.Opt{
		bootstrap,
		kgo.ClientID(id),
		kgo.ConsumerGroup(group),
		kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.DisableAutoCommit(),
		kgo.BlockRebalanceOnPoll(),
		kgo.OnPartitionsAssigned(say("assigned")),
		kgo.OnPartitionsRevoked(say("revoked")),
		kgo.OnPartitionsLost(say("revoked")),
	}
	switch protocol {
	case "consumer":
		// Of the broker's assignors, sticky stands for uniform.
		options = append(options, kgo.ServerSideBalancer(), kgo.Balancers(kgo.StickyBalancer()))
	case "range":
		options = append(options, kgo.Balancers(kgo.RangeBalancer()))
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		return err
	}
	defer out.Flush()
	defer client.CloseAllowingRebalance()

	for {
		fetches := client.PollFetches(ctx)
		if ctx.Err() != nil {
			return nil
		}
		// Whoever was given up for lost learns of it here, and joins again.
		fetches.EachError(func(topic string, partition int32, err error) {
			fmt.Fprintln(os.Stderr, "warned", topic, partition, err)
		})
		fetches.EachRecord(func(record *kgo.Record) {
			place := fmt.Sprintf("%s-%d %d", record.Topic, record.Partition, record.Offset)
			fmt.Fprintf(out, "handled %s %s\n", place, record.Value)
		})
		out.Flush()
		if err := client.CommitUncommittedOffsets(ctx); err != nil && ctx.Err() == nil {
			fmt.Fprintln(os.Stderr, "warned", err)
		}
		client.AllowRebalance()
	}
}

func sayPartitions(out *bufio.Writer, what string, partitions map[string][]int32) {
	fmt.Fprint(out, what)
	for topic, numbers := range partitions {
		for _, number := range numbers {
			fmt.Fprintf(out, " %s-%d", topic, number)
		}
	}
	fmt.Fprintln(out)
	out.Flush()
}
