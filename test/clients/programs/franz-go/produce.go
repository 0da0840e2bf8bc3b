package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
)

var codecs = map[string]kgo.CompressionCodec{
	"none":   kgo.NoCompression(),
	"gzip":   kgo.GzipCompression(),
	"snappy": kgo.SnappyCompression(),
	"lz4":    kgo.Lz4Compression(),
	"zstd":   kgo.ZstdCompression(),
}

// Each line is a record. Producers of franz-go are idempotent and wait for all replicas unless told
// otherwise.
func produce(ctx context.Context, bootstrap kgo.Opt, topic, compression string) error {
	codec := kgo.ProducerBatchCompression(codecs[compression])
	client, err := kgo.NewClient(bootstrap, kgo.DefaultProduceTopic(topic), codec)
	if err != nil {
		return err
	}
	defer client.Close()

	var failure kgo.FirstErrPromise
	count := 0
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), "\t")
		client.Produce(ctx, kgo.KeyStringRecord(key, value), failure.Promise())
		count++
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if err := failure.Err(); err != nil {
		return err
	}
	fmt.Println("acknowledged", count)
	return nil
}
