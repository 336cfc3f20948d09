// The message of a streamed Cohere answer, out of its pieces. Pure.
//
// What a piece says depends on its members, not on the event it came in; the event says whether it begins a
// part or a call. Text, thinking, the plan and the arguments of calls are given out as they come: a plan is
// content, as in cohere_message_reader.h. There a text in the same message puts the plan into
// extra.cohere; here only what comes of it after a text, since what was given out cannot be taken back.
#ifndef SPILLWAY_PROVIDERS_COHERE_MESSAGE_STREAM_H_
#define SPILLWAY_PROVIDERS_COHERE_MESSAGE_STREAM_H_

#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "providers/streamed_answer.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

class CohereMessageStream {
 public:
  // What cannot be read goes to `answer`, which outlives this.
  explicit CohereMessageStream(StreamedAnswer& answer) : answer_(answer) {}

  struct Place {
    // The API's number of a part or call. None: of one that begins the next, else the latest.
    std::optional<std::int64_t> index;
    bool begins = false;
    // Makes the ids of calls that have none.
    std::string_view seed;
  };

  // Adds to `delta` what a piece of the message says.
  void Read(const boost::json::object& message, const Place& place, v1::Delta& delta);
  // The same for what is known only now that the message has ended.
  void Finish(v1::Delta& delta);

 private:
  void ReadContent(const boost::json::value& content, const Place& place, v1::Delta& delta);
  void ReadPart(const boost::json::object& part, const Place& place, v1::Delta& delta);
  void ReadPlan(const boost::json::value& plan, v1::Delta& delta, v1::Message& kept);
  void ReadCalls(const boost::json::value& calls, const Place& place, v1::Delta& delta);
  void ReadCall(const boost::json::object& call, const Place& place, v1::Delta& delta);
  void SayText(std::string_view text, v1::Delta& delta);

  // Where the things of a kind stand by the API's numbers.
  class Places {
   public:
    // Nothing: the piece belongs to none that has begun.
    std::optional<std::size_t> Find(const Place& place) const;
    void Begin(const Place& place, std::size_t position);

   private:
    std::map<std::int64_t, std::size_t> positions_;
    std::int64_t latest_ = -1;
  };

  StreamedAnswer& answer_;
  // The content as it would stand in a whole answer.
  boost::json::array parts_;
  Places part_places_;
  Places call_places_;
  std::size_t calls_ = 0;
  // Whether there was a text beside the plan, and what came of the plan after it.
  bool has_text_ = false;
  std::string late_plan_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_COHERE_MESSAGE_STREAM_H_
