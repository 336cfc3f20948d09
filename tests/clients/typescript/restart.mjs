// Calls two servers over one channel until stdin ends, and says how many calls failed. See ../README.md. Runs beside the
// program's dist/.

import { readFileSync } from "node:fs";
import { credentials, Metadata, status } from "@grpc/grpc-js";
import { ChatRequest, Role } from "./dist/gen/spillway/v1/chat.js";
import { RouterServiceClient } from "./dist/gen/spillway/v1/router.js";

const CALLERS = 4;
const { SPILLWAY_CA: ca, SPILLWAY_KEY: key, MODEL: model } = process.env;
const [servers] = process.argv.slice(2);

// As a headless service's name would: several addresses, one name in their certificates.
const client = new RouterServiceClient(`ipv4:${servers}`, credentials.createSsl(readFileSync(ca)), {
  "grpc.service_config": readFileSync("../service-config.json", "utf8"),
  "grpc.default_authority": "localhost",
  "grpc.ssl_target_name_override": "localhost",
});
const metadata = new Metadata();
metadata.set("authorization", `Bearer ${key}`);
const request = ChatRequest.fromPartial({ model, messages: [{ role: Role.ROLE_USER, content: "Say this is a test!" }] });

let [over, calls] = [false, 0];
const failures = [];

async function keepCalling() {
  while (!over) {
    ++calls;
    const error = await new Promise((resolve) =>
      client.chat(request, metadata.clone(), { deadline: Date.now() + 30_000 }, (error) => resolve(error)),
    );
    if (error) failures.push(`failure: ${status[error.code]} ${error.details}`);
  }
}

process.stdin.on("end", () => (over = true)).resume();
await Promise.all(Array.from({ length: CALLERS }, keepCalling));
client.close();
console.log([`calls: ${calls}`, `failed: ${failures.length}`, ...failures].join("\n"));
