// A conversation as `contents` and `systemInstruction` of a Gemini request.
//
// Roles are `user` and `model`. A turn of the user that begins with results of tools becomes two contents,
// the results alone in the first: they must answer the calls before them one for one, and Gemini 3 takes what
// is not only results for the beginning of a new turn.
//
// Gemini knows calls by their function's name; OpenAI's results name only the call. So the names of the calls
// before are remembered. Ids are sent only where Gemini gave them (gemini_kept.h), and only to the versions
// of the API that know them.
//
// Gemini 3 wants the signature of its thoughts back with the first call of every turn, and refuses turns
// without one. For turns that another model made, Google gives a signature that it does not check. It is
// written into all of them, not only into those since the user last spoke, which are the ones checked: so
// what was once sent stays the same, and prompt caches hit.
//
// Use once, for one request. Holds references to its arguments. Not thread-safe. Pure.
#ifndef SPILLWAY_PROVIDERS_GEMINI_CONTENTS_WRITER_H_
#define SPILLWAY_PROVIDERS_GEMINI_CONTENTS_WRITER_H_

#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "providers/dropped_fields.h"
#include "providers/field_error.h"
#include "providers/gemini_target.h"
#include "providers/json_writer.h"
#include "providers/turns.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

class GeminiContentsWriter {
 public:
  GeminiContentsWriter(const GeminiTarget& target, JsonWriter& json, DroppedFields& dropped,
                       FieldError& error)
      : target_(target), json_(json), dropped_(dropped), error_(error) {}

  // Both members, as far as there is something to write. The path in the error starts with "messages".
  [[nodiscard]] bool Write(const Conversation& conversation);

 private:
  // A call that a result may come for.
  struct PastCall {
    std::string_view name;
    std::string_view id;
  };

  bool SystemParts(const std::vector<PlacedMessage>& system);
  bool ModelTurn(const Turn& turn);
  bool UserTurn(const Turn& turn);
  // One content of those messages of `turn` that are results of tools, or of those that are not.
  bool UserContent(const Turn& turn, bool results);
  bool ModelMessage(const v1::Message& message);
  bool KeptParts(const google::protobuf::ListValue& parts, const v1::Message& message);
  bool Text(const v1::Message& message, std::string_view signature);
  bool Call(const v1::ToolCall& call);
  bool Result(const v1::Message& message);
  bool ResultText(const v1::Message& message);

  const GeminiTarget& target_;
  JsonWriter& json_;
  DroppedFields& dropped_;
  FieldError& error_;
  // The latest call of every id.
  absl::flat_hash_map<std::string_view, PastCall> calls_;
  // Whether the next call is the first one of its turn.
  bool first_call_ = true;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_CONTENTS_WRITER_H_
