// UTF-8, as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF. Pure.
#ifndef SPILLWAY_PROVIDERS_UTF8_H_
#define SPILLWAY_PROVIDERS_UTF8_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway::providers {

// Length of the character at the front of `text`; 0 when none starts there.
std::size_t Utf8Length(std::string_view text);

// `text` with every byte that belongs to no character replaced by U+FFFD.
std::string RepairUtf8(std::string_view text);

// The longest beginning of `text` (which is valid) of at most `limit` bytes that ends at a character.
std::string_view CutUtf8(std::string_view text, std::size_t limit);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_UTF8_H_
