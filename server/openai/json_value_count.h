// How many values a JSON text holds, found before anything is made of it.
//
// Counts what a parser would make: each string, number, literal, list and object; names of members are not
// counted. What is no JSON gives some number. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_OPENAI_JSON_VALUE_COUNT_H_
#define SPILLWAY_SERVER_OPENAI_JSON_VALUE_COUNT_H_

#include <cstddef>
#include <string_view>

namespace spillway::server {

// Texts of fewer bytes than this for each value are not to be had: `[1,1,1]`.
inline constexpr std::size_t kMinJsonValueBytes = 2;

// Whether it holds more than `most`. As quick as the text is short: only what may hold as many is looked at.
bool HasMoreJsonValuesThan(std::size_t most, std::string_view text);

// All of them.
std::size_t CountJsonValues(std::string_view text);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_OPENAI_JSON_VALUE_COUNT_H_
