// Refuses bytes that no configuration file holds on purpose, before a YAML parser sees them.
//
// The parser would take some of them for something else: byte 4 for the end of the file,
// broken UTF-8 for a replacement character. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_TEXT_CHECK_H_
#define SPILLWAY_SERVER_CONFIG_TEXT_CHECK_H_

#include <cstddef>
#include <string_view>

#include "server/config/config_error.h"

namespace spillway::server {

// Bounds what a hostile file can make the parser allocate (about 250 bytes a byte of brackets).
inline constexpr std::size_t kMaxConfigBytes = std::size_t{1} << 20;

// One error for each line that has an invalid UTF-8 sequence, a control character or a tab in
// its indentation; one for a file that is too large. Empty: the text may be parsed.
ConfigErrors CheckText(std::string_view text);

// Length of the valid UTF-8 sequence `text` begins with; 0 if there is none.
std::size_t Utf8Length(std::string_view text);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_TEXT_CHECK_H_
