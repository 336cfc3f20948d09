// Calls Spillway: Route, Chat, StreamChat, and a call that fails. README.md says how to run it.

import { readFileSync } from "node:fs";
import { credentials, Metadata, status, type ServiceError } from "@grpc/grpc-js";
import { ErrorInfo, RetryInfo } from "./gen/google/rpc/error_details.js";
import { Status } from "./gen/google/rpc/status.js";
import { ChatRequest, failureToJSON, Role, RouteTrace, type TargetRef } from "./gen/spillway/v1/chat.js";
import { RouteRequest, RouterServiceClient, type RouteResponse } from "./gen/spillway/v1/router.js";

const SERVICE_CONFIG = new URL("../../service-config.json", import.meta.url); // From dist/.

// One client serves a whole process.
function connect(server: string): RouterServiceClient {
  const { SPILLWAY_CA: ca } = process.env;
  return new RouterServiceClient(server, ca ? credentials.createSsl(readFileSync(ca)) : credentials.createInsecure(), {
    "grpc.service_config": readFileSync(SERVICE_CONFIG, "utf8"),
    // Finds out that a server has vanished without a word. The server allows a ping every 5 s.
    "grpc.keepalive_time_ms": 30_000,
    "grpc.keepalive_timeout_ms": 10_000,
    // An answer with images in it is larger than gRPC's 4 MiB.
    "grpc.max_receive_message_length": 64 << 20,
  });
}

function metadata(): Metadata {
  const made = new Metadata();
  const { SPILLWAY_KEY: key } = process.env;
  if (key) made.set("authorization", `Bearer ${key}`);
  return made;
}

const deadline = () => ({ deadline: Date.now() + 30_000 });

function request(model: string): ChatRequest {
  return ChatRequest.fromPartial({ model, messages: [{ role: Role.ROLE_USER, content: "Say this is a test!" }] });
}

const name = (target?: TargetRef) => `${target?.endpoint}/${target?.model}`;

function servedBy(headers: Metadata): string {
  return `served by: ${headers.get("x-spillway-provider")} ${headers.get("x-spillway-model")}`;
}

// What a call would do this instant; calls nobody.
async function route(client: RouterServiceClient, model: string) {
  const asked = RouteRequest.fromPartial({ model });
  const { candidates } = await new Promise<RouteResponse>((resolve, reject) =>
    client.route(asked, metadata(), deadline(), (error, answer) => (error ? reject(error) : resolve(answer))),
  );
  console.log(`route: ${name(candidates.find((candidate) => candidate.wouldTry)?.target)}`);
  for (const { target, reason } of candidates) console.log(`candidate: ${name(target)}: ${reason}`);
}

async function chat(client: RouterServiceClient, model: string) {
  const [content, headers] = await new Promise<[string | undefined, Metadata]>((resolve, reject) => {
    let headers = new Metadata();
    client
      .chat(request(model), metadata(), deadline(), (error, answer) =>
        error ? reject(error) : resolve([answer.choices[0]?.message?.content, headers]),
      )
      .on("metadata", (received) => (headers = received));
  });
  console.log(`chat: ${content}`);
  console.log(servedBy(headers));
}

async function stream(client: RouterServiceClient, model: string) {
  const call = client.streamChat(request(model), metadata(), deadline());
  let headers = new Metadata();
  call.on("metadata", (received) => (headers = received));
  process.stdout.write("stream: ");
  // The loop throws if the answer breaks off: only its end means that it is whole.
  for await (const event of call) process.stdout.write(event.delta?.content ?? "");
  process.stdout.write(`\n${servedBy(headers)}\n`);
}

// What the error of a failed call says.
async function fail(client: RouterServiceClient, model: string) {
  const error = await new Promise<ServiceError>((resolve, reject) =>
    client.chat(request(model), metadata(), deadline(), (error) =>
      error ? resolve(error) : reject(new Error(`${model} should have failed`)),
    ),
  );
  const [packed] = error.metadata.get("grpc-status-details-bin");
  if (!packed) throw error;
  const { details } = Status.decode(packed as Buffer);
  const find = (type: string) => details.find(({ typeUrl }) => typeUrl.endsWith(`/${type}`))?.value;
  const [info, retry, trace] = ["google.rpc.ErrorInfo", "google.rpc.RetryInfo", "spillway.v1.RouteTrace"].map(find);
  if (!info || !trace) throw error;
  console.log(`failed: ${status[error.code]} ${ErrorInfo.decode(info).reason}`);
  if (retry) {
    const { seconds = 0, nanos = 0 } = RetryInfo.decode(retry).retryDelay ?? {};
    console.log(`retry in: ${seconds + nanos / 1e9} s`);
  }
  for (const { target, failure, httpStatus } of RouteTrace.decode(trace).attempts) {
    console.log(`attempt: ${name(target)}: ${failureToJSON(failure)} ${httpStatus}`);
  }
}

const [server] = process.argv.slice(2);
if (!server) throw new Error("usage: main.js HOST:PORT");
const { MODEL: model = "gpt-4o", FAILING_MODEL: failingModel } = process.env;
const client = connect(server);
await route(client, model);
await chat(client, model);
await stream(client, model);
if (failingModel) await fail(client, failingModel);
client.close();
