// Calls a Spillway server: what would serve, an answer whole, an answer as it comes, and what a failure tells.
package main

//go:generate protoc -I ../../../proto --go_out=gen --go_opt=module=spillway.dev/api --go-grpc_out=gen --go-grpc_opt=module=spillway.dev/api spillway/v1/chat.proto spillway/v1/router.proto

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	_ "google.golang.org/grpc/health" // what healthCheckConfig needs
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	spillwayv1 "spillway.dev/api/spillway/v1"
)

// A copy of ../service-config.json.
const serviceConfig = `{"loadBalancingConfig": [{"round_robin": {}}], "healthCheckConfig": {"serviceName": ""},
  "methodConfig": [{"name": [{"service": "spillway.v1.RouterService"}], "retryPolicy": {"maxAttempts": 3,
    "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}}]}`

func connect(server, caFile string) (*grpc.ClientConn, error) {
	transport := insecure.NewCredentials()
	if caFile != "" {
		var err error
		if transport, err = credentials.NewClientTLSFromFile(caFile, ""); err != nil {
			return nil, err
		}
	}
	return grpc.NewClient("dns:///"+server,
		grpc.WithTransportCredentials(transport),
		grpc.WithDefaultServiceConfig(serviceConfig),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 30 * time.Second, Timeout: 10 * time.Second}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(64<<20)))
}

func question(model string) *spillwayv1.ChatRequest {
	text := "Say this is a test!"
	return &spillwayv1.ChatRequest{Model: model, Messages: []*spillwayv1.Message{{Role: spillwayv1.Role_ROLE_USER, Content: &text}}}
}

func name(target *spillwayv1.TargetRef) string { return target.GetEndpoint() + "/" + target.GetModel() }

func servedBy(header metadata.MD) {
	fmt.Println("served by:", strings.Join(append(header.Get("x-spillway-provider"), header.Get("x-spillway-model")...), " "))
}

func route(ctx context.Context, client spillwayv1.RouterServiceClient, model string) error {
	answer, err := client.Route(ctx, &spillwayv1.RouteRequest{Model: model})
	if err != nil {
		return err
	}
	// Those that would be tried come first.
	if first := answer.GetCandidates()[0]; first.GetWouldTry() {
		fmt.Println("route:", name(first.GetTarget()))
	}
	for _, candidate := range answer.GetCandidates() {
		fmt.Printf("candidate: %s: %s\n", name(candidate.GetTarget()), candidate.GetReason())
	}
	return nil
}

func chat(ctx context.Context, client spillwayv1.RouterServiceClient, model string) error {
	var header metadata.MD
	answer, err := client.Chat(ctx, question(model), grpc.Header(&header))
	if err != nil {
		return err
	}
	fmt.Println("chat:", answer.GetChoices()[0].GetMessage().GetContent())
	servedBy(header)
	return nil
}

func stream(ctx context.Context, client spillwayv1.RouterServiceClient, model string) error {
	events, err := client.StreamChat(ctx, question(model))
	if err != nil {
		return err
	}
	fmt.Print("stream: ")
	event, err := events.Recv()
	for ; err == nil; event, err = events.Recv() {
		fmt.Print(event.GetDelta().GetContent())
	}
	fmt.Println()
	if !errors.Is(err, io.EOF) { // it broke off: what came is not the answer
		return err
	}
	header, err := events.Header()
	servedBy(header)
	return err
}

// find returns the error detail of type T, which is nil if there is none.
func find[T any](failed *status.Status) (found T) {
	for _, detail := range failed.Details() { // of grpc-status-details-bin
		if detail, ok := detail.(T); ok {
			found = detail
		}
	}
	return found
}

func failure(ctx context.Context, client spillwayv1.RouterServiceClient, model string) error {
	_, err := client.Chat(ctx, question(model))
	failed := status.Convert(err)
	info, retry, trace := find[*errdetails.ErrorInfo](failed), find[*errdetails.RetryInfo](failed), find[*spillwayv1.RouteTrace](failed)
	if info == nil || retry == nil || trace == nil {
		return fmt.Errorf("%s: not a failure with all its details: %v", model, err)
	}
	fmt.Println("failed:", failed.Code(), info.GetReason())
	fmt.Println("retry in:", retry.GetRetryDelay().AsDuration().Seconds(), "s")
	for _, attempt := range trace.GetAttempts() {
		fmt.Printf("attempt: %s: %s %d\n", name(attempt.GetTarget()), attempt.GetFailure(), attempt.GetHttpStatus())
	}
	return nil
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: go run . HOST:PORT")
	}
	connection, err := connect(os.Args[1], os.Getenv("SPILLWAY_CA"))
	if err != nil {
		log.Fatal(err)
	}
	client := spillwayv1.NewRouterServiceClient(connection)
	ctx := context.Background()
	if key := os.Getenv("SPILLWAY_KEY"); key != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+key)
	}
	try := func(call func(context.Context, spillwayv1.RouterServiceClient, string) error, model string) {
		ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		if err := call(ctx, client, model); err != nil {
			log.Fatal(err)
		}
	}
	model := cmp.Or(os.Getenv("MODEL"), "gpt-4o")
	try(route, model)
	try(chat, model)
	try(stream, model)
	if failing := os.Getenv("FAILING_MODEL"); failing != "" {
		try(failure, failing)
	}
}
