// What somebody probably meant who wrote a word that does not exist. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_NEAREST_WORD_H_
#define SPILLWAY_SERVER_CONFIG_NEAREST_WORD_H_

#include <string>
#include <string_view>
#include <vector>

namespace spillway::server {

// The word of `known` that is within a few typing mistakes of `word`; empty if there is none.
// Upper case, '-' and '_' make no difference.
std::string NearestWord(std::string_view word, const std::vector<std::string>& known);

// "; did you mean "x"?" if there is a nearest word, else "; known: a, b" (no more than twenty).
std::string Suggestion(std::string_view word, const std::vector<std::string>& known);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_NEAREST_WORD_H_
