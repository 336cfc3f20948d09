// Cohere's `usage` -> Usage. Pure.
//
// `tokens` are what the model saw and wrote, and what is counted here; `billed_units` are what is paid for,
// fewer, and kept in `extra`. Only where there are no `tokens` are the billed ones counted.
#ifndef SPILLWAY_PROVIDERS_COHERE_USAGE_READER_H_
#define SPILLWAY_PROVIDERS_COHERE_USAGE_READER_H_

#include <boost/json.hpp>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// Figures that are no number from 0 up stay in `extra`, under their own path.
void ReadCohereUsage(const boost::json::object& usage, v1::Usage& out);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_COHERE_USAGE_READER_H_
