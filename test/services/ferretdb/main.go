// A server that speaks MongoDB's wire protocol and keeps everything in SQLite files, for tests where no mongod is.
//
// FERRETDB_LISTEN is the address (host:port; port 0 takes a free one), FERRETDB_DIR the directory of its files.
// Prints its URI as soon as it listens, and ends on SIGTERM.
package main

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	dir := os.Getenv("FERRETDB_DIR")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		log.Fatalf("FERRETDB_DIR: %s", err)
	}
	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: os.Getenv("FERRETDB_LISTEN")},
		Logger:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Handler:   "sqlite",
		SQLiteURL: "file:" + dir + "/",
	})
	if err != nil {
		log.Fatalf("FERRETDB_LISTEN: %s", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// MongoDBURI waits until Run listens.
	go func() { fmt.Println(server.MongoDBURI()) }()
	if err := server.Run(ctx); err != nil {
		log.Fatal(err)
	}
}
