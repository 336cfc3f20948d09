// POST /v1/chat/completions: a served call that came by HTTP, in OpenAI's form.
#ifndef SPILLWAY_SERVER_OPENAI_CHAT_COMPLETION_H_
#define SPILLWAY_SERVER_OPENAI_CHAT_COMPLETION_H_

#include <memory>

#include "server/openai/door_context.h"

namespace spillway::server {

// What the access log calls it.
inline constexpr char kChatCompletionMethod[] = "POST /v1/chat/completions";

// `context` outlives the exchange.
void ServeChatCompletion(DoorContext& context, std::shared_ptr<HttpExchange> exchange);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_OPENAI_CHAT_COMPLETION_H_
