// The contents of one Gemini candidate -> a message's pieces. Pure, not thread-safe.
//
// Text parts are joined to the message's content, those that are thoughts to its reasoning; calls become tool
// calls. What has to be said again in the next turn and has no field is kept as gemini_kept.h says. A
// stream's chunks bring a content each, with new parts only: they are read one after another, and kept is
// what the same parts in one content would leave.
#ifndef SPILLWAY_PROVIDERS_GEMINI_CONTENT_READER_H_
#define SPILLWAY_PROVIDERS_GEMINI_CONTENT_READER_H_

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "google/protobuf/struct.pb.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

class GeminiContentReader {
 public:
  // Adds what `content` says to `out`, calls whole. What is wrong with it; empty when nothing is. A call
  // without an id gets one made of `call_seed`, which no other candidate has, and its place.
  std::string_view Read(const boost::json::object& content, std::string_view call_seed, v1::Delta& out);

  // After the last: adds what is kept of the message.
  void Finish(v1::Delta& out);

 private:
  std::string_view ReadPart(const boost::json::object& part, std::string_view call_seed, v1::Delta& out);
  std::string_view ReadCall(const boost::json::value& value, const boost::json::object& part,
                            std::string_view call_seed, v1::Delta& out);
  void ReadText(const boost::json::object& part, v1::Delta& out);
  void KeepPart(const boost::json::object& part);
  google::protobuf::ListValue TakeKept();

  int calls_ = 0;
  int texts_ = 0;
  // Of the texts together.
  bool empty_ = true;
  // Of a text that is no thought.
  std::string signature_;
  // Whether content and calls say all there is, in the order that they are sent in.
  bool implied_ = true;
  // The parts as they would have to be kept. Most never are, so plain ones stay in their short form.
  struct PlainText {
    std::string text;
  };
  struct CallOf {
    std::string name;
  };
  std::vector<std::variant<PlainText, CallOf, google::protobuf::Struct>> parts_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_CONTENT_READER_H_
