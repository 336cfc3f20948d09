package dev.spillway.examples;

import com.google.gson.Gson;
import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.spillway.v1.Candidate;
import dev.spillway.v1.ChatEvent;
import dev.spillway.v1.ChatRequest;
import dev.spillway.v1.ChatResponse;
import dev.spillway.v1.Role;
import dev.spillway.v1.RouteRequest;
import dev.spillway.v1.RouteResponse;
import dev.spillway.v1.RouteTrace;
import dev.spillway.v1.RouterServiceGrpc;
import dev.spillway.v1.RouterServiceGrpc.RouterServiceBlockingStub;
import dev.spillway.v1.TargetRef;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Calls a Spillway server: what would serve, an answer whole, an answer as it comes, and what a failure tells. */
public final class Caller {
  private final RouterServiceBlockingStub stub;

  /** The headers of the latest call. */
  private final AtomicReference<Metadata> headers = new AtomicReference<>();

  private Caller(ManagedChannel channel, String key) {
    Metadata authorization = new Metadata();
    if (key != null) authorization.put(header("authorization"), "Bearer " + key);
    stub = RouterServiceGrpc.newBlockingStub(channel)
        .withInterceptors(
            MetadataUtils.newAttachHeadersInterceptor(authorization),
            MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>()));
  }

  private static ManagedChannel connect(String server, String caFile) throws IOException {
    ChannelCredentials credentials = caFile == null
        ? InsecureChannelCredentials.create()
        : TlsChannelCredentials.newBuilder().trustManager(new File(caFile)).build();
    Map<String, ?> serviceConfig = new Gson().fromJson(Files.readString(Path.of("..", "service-config.json")), Map.class);
    return Grpc.newChannelBuilder("dns:///" + server, credentials)
        .defaultServiceConfig(serviceConfig)
        .keepAliveTime(30, TimeUnit.SECONDS)
        .keepAliveTimeout(10, TimeUnit.SECONDS)
        .maxInboundMessageSize(64 << 20)
        .maxInboundMetadataSize(256 << 10) // a failure tells of every attempt
        .build();
  }

  private RouterServiceBlockingStub within30Seconds() {
    return stub.withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private void route(String model) {
    RouteResponse answer = within30Seconds().route(RouteRequest.newBuilder().setModel(model).build());
    answer.getCandidatesList().stream().filter(Candidate::getWouldTry).findFirst()
        .ifPresent(first -> System.out.println("route: " + name(first.getTarget())));
    for (Candidate candidate : answer.getCandidatesList()) {
      System.out.println("candidate: " + name(candidate.getTarget()) + ": " + candidate.getReason());
    }
  }

  private void chat(String model) {
    ChatResponse answer = within30Seconds().chat(question(model));
    System.out.println("chat: " + answer.getChoices(0).getMessage().getContent());
    printServedBy();
  }

  private void stream(String model) {
    // Throws if the answer breaks off: only its end means that it is whole.
    Iterator<ChatEvent> events = within30Seconds().streamChat(question(model));
    System.out.print("stream: ");
    while (events.hasNext()) {
      System.out.print(events.next().getDelta().getContent());
      System.out.flush();
    }
    System.out.println();
    printServedBy();
  }

  private void fail(String model) throws IOException {
    try {
      within30Seconds().chat(question(model));
    } catch (StatusRuntimeException e) {
      com.google.rpc.Status status = StatusProto.fromThrowable(e); // of grpc-status-details-bin
      System.out.println("failed: " + e.getStatus().getCode() + " " + detail(status, ErrorInfo.class).getReason());
      com.google.protobuf.Duration delay = detail(status, RetryInfo.class).getRetryDelay();
      System.out.println("retry in: " + (delay.getSeconds() + delay.getNanos() / 1e9) + " s");
      detail(status, RouteTrace.class).getAttemptsList().forEach(attempt -> System.out.println(
          "attempt: " + name(attempt.getTarget()) + ": " + attempt.getFailure() + " " + attempt.getHttpStatus()));
      return;
    }
    throw new IllegalStateException("a call for " + model + " should have failed");
  }

  private static <T extends Message> T detail(com.google.rpc.Status status, Class<T> type) throws IOException {
    for (Any detail : status.getDetailsList()) {
      if (detail.is(type)) return detail.unpack(type);
    }
    throw new IOException("no " + type.getSimpleName() + " in " + status);
  }

  private void printServedBy() {
    System.out.println("served by: " + headers.get().get(header("x-spillway-provider")) + " "
        + headers.get().get(header("x-spillway-model")));
  }

  private static ChatRequest question(String model) {
    return ChatRequest.newBuilder().setModel(model)
        .addMessages(dev.spillway.v1.Message.newBuilder().setRole(Role.ROLE_USER).setContent("Say this is a test!"))
        .build();
  }

  private static String name(TargetRef target) {
    return target.getEndpoint() + "/" + target.getModel();
  }

  private static Metadata.Key<String> header(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  public static void main(String[] args) throws Exception {
    if (args.length != 1) throw new IllegalArgumentException("usage: Caller HOST:PORT");
    Map<String, String> environment = System.getenv();
    ManagedChannel channel = connect(args[0], environment.get("SPILLWAY_CA"));
    try {
      Caller caller = new Caller(channel, environment.get("SPILLWAY_KEY"));
      String model = environment.getOrDefault("MODEL", "gpt-4o");
      caller.route(model);
      caller.chat(model);
      caller.stream(model);
      if (environment.containsKey("FAILING_MODEL")) caller.fail(environment.get("FAILING_MODEL"));
    } finally {
      channel.shutdownNow();
    }
  }
}
