// Calls two servers over one channel until stdin ends, and says how many calls failed. See ../README.md.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	_ "google.golang.org/grpc/health"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
	"google.golang.org/grpc/status"

	spillwayv1 "spillway.dev/api/spillway/v1"
)

const callers = 4

//go:embed service-config.json
var serviceConfig string

// As a headless service's name would: several addresses, one name in their certificates.
func connect(servers []string) (*grpc.ClientConn, error) {
	transport, err := credentials.NewClientTLSFromFile(os.Getenv("SPILLWAY_CA"), "")
	if err != nil {
		return nil, err
	}
	var state resolver.State
	for _, server := range servers {
		state.Addresses = append(state.Addresses, resolver.Address{Addr: server})
	}
	name := manual.NewBuilderWithScheme("pods")
	name.InitialState(state)
	return grpc.NewClient(name.Scheme()+":///localhost", grpc.WithResolvers(name),
		grpc.WithTransportCredentials(transport), grpc.WithDefaultServiceConfig(serviceConfig))
}

// call makes one and says what was wrong, or nothing.
func call(client spillwayv1.RouterServiceClient) string {
	ctx := metadata.AppendToOutgoingContext(context.Background(), "authorization", "Bearer "+os.Getenv("SPILLWAY_KEY"))
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	text := "Say this is a test!"
	question := []*spillwayv1.Message{{Role: spillwayv1.Role_ROLE_USER, Content: &text}}
	_, err := client.Chat(ctx, &spillwayv1.ChatRequest{Model: os.Getenv("MODEL"), Messages: question})
	if err == nil {
		return ""
	}
	return fmt.Sprintf("failure: %s %s", status.Code(err), status.Convert(err).Message())
}

func main() {
	connection, err := connect(strings.Split(os.Args[1], ","))
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	client := spillwayv1.NewRouterServiceClient(connection)
	var over atomic.Bool
	var calls atomic.Int64
	var failures []string
	var mutex sync.Mutex
	var running sync.WaitGroup
	for range callers {
		running.Go(func() {
			for !over.Load() {
				calls.Add(1)
				if failure := call(client); failure != "" {
					mutex.Lock()
					failures = append(failures, failure)
					mutex.Unlock()
				}
			}
		})
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	over.Store(true)
	running.Wait()
	fmt.Println("calls:", calls.Load())
	fmt.Println("failed:", len(failures))
	for _, failure := range failures {
		fmt.Println(failure)
	}
}
