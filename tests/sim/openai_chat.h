// What a chat call in OpenAI's form is, whatever the URL it is asked at: shared by OpenAI's API and Azure's.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_OPENAI_CHAT_H_
#define SPILLWAY_TESTS_SIM_OPENAI_CHAT_H_

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "tests/sim/api.h"
#include "tests/sim/message.h"

namespace spillway::sim {

// The key of an Authorization: Bearer; "" if there is none.
std::string BearerOf(const Request& request);

// The body of a chat call; nothing if it is no JSON object.
std::optional<boost::json::object> ParseChat(const std::string& body);

// The model a body asks for; "" if it names none.
std::string ModelOf(const std::string& body);

bool ModelExists(const ApiOptions& options, const std::string& model);

// The answer to `chat`, which FindMistake found nothing wrong with; the `number`th of its personality.
boost::json::object CompletionOf(const boost::json::object& chat, const ApiOptions& options,
                                 std::uint64_t number, const AnswerContext& context);

// Status 200.
HttpResponse JsonAnswer(const boost::json::value& body);
ApiAnswer StreamAnswer(Stream stream, const std::string& content_type);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_OPENAI_CHAT_H_
