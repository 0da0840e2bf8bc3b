// franz-go as a person would use it: topics, records and groups from a command line.
//
//	client create <bootstrap> <topic> <partitions>
//	client produce <bootstrap> <topic> <compression>          lines of "key TAB value" on stdin
//	client consume <bootstrap> <topic> <group> <protocol> <client id>    until SIGTERM
//	client describe <bootstrap> <group> <protocol>
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/twmb/franz-go/pkg/kgo"
)

func main() {
	// SIGTERM ends whatever is under way; a member of a group leaves it.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if len(os.Args) < 4 {
		fail(fmt.Errorf("what shall it do, where and with what?"))
	}
	bootstrap, args := kgo.SeedBrokers(strings.Split(os.Args[2], ",")...), os.Args[3:]
	switch command := os.Args[1]; command {
	case "create":
		fail(createTopic(ctx, bootstrap, args[0], args[1]))
	case "produce":
		fail(produce(ctx, bootstrap, args[0], args[1]))
	case "consume":
		fail(consume(ctx, bootstrap, args[0], args[1], args[2], args[3]))
	case "describe":
		fail(describe(ctx, bootstrap, args[0], args[1]))
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
