// A chat call for people: the answer for standard output, the report for standard error.
//
//   served by  azure / azure-eu / gpt-4o  (provider / endpoint / model)
//   policy     gpt-4o-failover
//   latency    812 ms at the provider, 0.9 ms in the router
//   attempts   2
//     1. openai/prod gpt-4o     429 rate_limited  "Rate limit reached" (retry after 30 s)  12 ms
//     2. azure/azure-eu gpt-4o  200 ok  812 ms
//
// Pure, thread-safe.
#ifndef SPILLWAY_CLIENT_COMMAND_RENDER_CHAT_H_
#define SPILLWAY_CLIENT_COMMAND_RENDER_CHAT_H_

#include <string>

#include "client/command/report.h"
#include "client/result.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::client {

// What the model said, every choice of it, ending in a newline. `for_terminal` leaves out what
// would steer a terminal.
std::string RenderAnswer(const v1::ChatResponse& response, bool for_terminal);

// Who served, under which policy, how long it took and every attempt; or how the call failed.
std::string RenderChatReport(const Result<v1::ChatResponse>& result, const ReportOptions& options);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_RENDER_CHAT_H_
