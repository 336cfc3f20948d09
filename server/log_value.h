// Values in log lines for people: words, lengths of time, what is nested, and colour. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_LOG_VALUE_H_
#define SPILLWAY_SERVER_LOG_VALUE_H_

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace spillway::server {

enum class LogTone : std::uint8_t { kPlain, kGood, kCaution, kBad };

// Appends `text`, which is our own, in the tone's colour if `colour`.
void AppendInTone(std::string_view text, LogTone tone, bool colour, std::string& out);

// In quotes. Controls, line separators, marks that turn the direction of text and what is not UTF-8 are
// escaped.
void AppendQuoted(std::string_view text, std::string& out);

// A plain word as it is, anything else in quotes.
void AppendWord(std::string_view text, std::string& out);

// "0.9 ms", "812 ms", "12.3 s"; `space` is what stands before the unit.
void AppendMillis(double millis, std::string_view space, std::string& out);

// [a, b], {name=value name=value}; text as a word.
void AppendValue(const boost::json::value& value, std::string& out);

// name=value; what is called …_ms as a length of time: for_ms 30000 is for=30.0s.
void AppendMember(std::string_view name, const boost::json::value& value, std::string& out);

// The text of a member; empty if it has none.
std::string_view TextOf(const boost::json::object& object, std::string_view name);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_LOG_VALUE_H_
