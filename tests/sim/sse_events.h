// A stream's events as tests look at them.
//
// Pure.
#ifndef SPILLWAY_TESTS_SIM_SSE_EVENTS_H_
#define SPILLWAY_TESTS_SIM_SSE_EVENTS_H_

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::sim {

struct SseData {
  // Of the event line; "" without one.
  std::string name;
  std::string data;

  boost::json::value Json() const { return boost::json::parse(data); }
};

// The events in `body`, whose lines end in `line_end`. Comments are left out.
inline std::vector<SseData> SseEventsIn(std::string_view body, std::string_view line_end = "\n") {
  std::vector<SseData> events;
  SseData event;
  while (!body.empty()) {
    const std::size_t end = body.find(line_end);
    const std::string_view line = body.substr(0, end);
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + line_end.size());
    if (line.starts_with("event: ")) event.name = line.substr(7);
    if (line.starts_with("data: ")) event.data = line.substr(6);
    if (!line.empty() || event.data.empty()) continue;
    events.push_back(event);
    event = {};
  }
  return events;
}

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_SSE_EVENTS_H_
