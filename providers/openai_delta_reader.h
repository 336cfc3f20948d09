// The deltas of one streamed choice in OpenAI's dialect -> Delta. Pure, not thread-safe.
//
// Put together they are what ReadOpenAiMessage makes of the same message in one: the same texts out of the
// same names, the same members in `extra`. A member without a field that is said again in every piece is
// passed on once; lists whose parts come in pieces (`reasoning_details`, and a `content` that is more than
// text and reasoning) are passed on when the choice has ended, put together.
#ifndef SPILLWAY_PROVIDERS_OPENAI_DELTA_READER_H_
#define SPILLWAY_PROVIDERS_OPENAI_DELTA_READER_H_

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "google/protobuf/struct.pb.h"
#include "providers/openai_call_stream.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

class OpenAiDeltaReader {
 public:
  explicit OpenAiDeltaReader(int choice) : calls_(choice) {}

  // `answer` tells this answer from all others. False when the content is neither text, a list, an object nor
  // null; `problem` then says so.
  [[nodiscard]] bool Read(const boost::json::object& delta, std::string_view answer, v1::Delta& out,
                          std::string& problem);

  // The choice has ended: adds what was held back.
  void TakeHeld(v1::Delta& out);

 private:
  void ReadMember(std::string_view name, const boost::json::value& value, std::string_view answer,
                  v1::Delta& out);
  bool ReadText(std::string_view name, const boost::json::value& value, v1::Delta& out);
  bool ReadList(std::string_view name, const boost::json::array& list, std::string_view answer,
                v1::Delta& out);
  bool ReadObject(std::string_view name, const boost::json::object& object, v1::Delta& out);
  void ReadReasoning(const boost::json::value& value, v1::Delta& out);
  [[nodiscard]] bool ReadContent(const boost::json::value& content, v1::Delta& out, std::string& problem);
  void ReadListContent(const boost::json::array& content, v1::Delta& out);
  // Puts a member without a field into `extra`, unless it was said before.
  void Keep(std::string_view name, const boost::json::value& value, v1::Delta& out);

  OpenAiCallStream calls_;
  bool named_function_ = false;
  // The latest text or number of each member in `extra`.
  google::protobuf::Struct told_;
  // Whether there was any: from then on `reasoning` is another text.
  bool said_reasoning_content_ = false;
  // `reasoning` beside another `reasoning_content`.
  std::string other_reasoning_;
  google::protobuf::ListValue reasoning_details_;
  // Once the content has come as a list, all of it that came since.
  google::protobuf::ListValue parts_;
  bool parts_are_plain_ = true;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_DELTA_READER_H_
