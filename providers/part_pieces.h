// Lists of content parts that a stream brings in pieces, put together again. Pure.
//
// Mistral streams a thinking part as many parts of one token each, OpenRouter its `reasoning_details` so. Put
// together they are the list that a whole answer has: what is kept of them goes back to the provider with the
// next turn.
#ifndef SPILLWAY_PROVIDERS_PART_PIECES_H_
#define SPILLWAY_PROVIDERS_PART_PIECES_H_

#include <boost/json.hpp>
#include <string_view>

#include "google/protobuf/struct.pb.h"

namespace spillway::providers {

// Appends the parts to `list`. One of text (or thinking, or a summary of it) that goes on with the last, for
// it is of its type, index and id, lengthens that.
void AppendPieces(const boost::json::array& pieces, google::protobuf::ListValue& list);

// The same for one part of plain text.
void AppendText(std::string_view text, google::protobuf::ListValue& list);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_PART_PIECES_H_
