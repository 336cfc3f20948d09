// One element of `choices` -> Choice, or why it is no answer. Pure.
#ifndef SPILLWAY_PROVIDERS_OPENAI_CHOICE_READER_H_
#define SPILLWAY_PROVIDERS_OPENAI_CHOICE_READER_H_

#include <boost/json.hpp>
#include <optional>

#include "providers/choice_end.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// `position` is the choice's place in the list, its index unless it says another.
std::optional<ChoiceFault> ReadOpenAiChoice(const boost::json::object& choice, int position, v1::Choice& out);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_CHOICE_READER_H_
