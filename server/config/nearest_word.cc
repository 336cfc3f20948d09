#include "server/config/nearest_word.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/config/config_error.h"

namespace spillway::server {
namespace {

// Longer words are not typing mistakes, and comparing them would cost.
constexpr std::size_t kMaxLength = 64;
constexpr std::size_t kMaxListed = 20;

std::string Folded(std::string_view word) {
  std::string folded;
  for (const char c : word) {
    if (c != '_' && c != '-') folded += absl::ascii_tolower(static_cast<unsigned char>(c));
  }
  return folded;
}

// Insertions, deletions, replacements and swaps of neighbours that make `a` of `b` (optimal
// string alignment), row by row.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

// As it is if that is plain to read, else quoted: known words come out of the file, too.
void AppendShown(std::string* out, const std::string& word) {
  const std::string quoted = Quoted(word);
  absl::StrAppend(out, quoted.size() == word.size() + 2 ? word : quoted);
}

}  // namespace

std::string NearestWord(std::string_view word, const std::vector<std::string>& known) {
  if (word.empty() || word.size() > kMaxLength) return "";
  const std::string folded = Folded(word);
  // One mistake in three letters, at most three.
  std::size_t least = std::min<std::size_t>(3, std::max<std::size_t>(1, folded.size() / 3)) + 1;
  std::string nearest;
  for (const std::string& candidate : known) {
    if (candidate.size() > kMaxLength) continue;
    const std::string other = Folded(candidate);
    // Each letter more is a mistake more: no need to count the rest.
    if (std::max(folded.size(), other.size()) - std::min(folded.size(), other.size()) >= least) continue;
    const std::size_t distance = EditDistance(folded, other);
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string Suggestion(std::string_view word, const std::vector<std::string>& known) {
  const std::string nearest = NearestWord(word, known);
  if (!nearest.empty()) return absl::StrCat("; did you mean ", Quoted(nearest), "?");
  if (known.empty()) return "";
  const auto end = known.begin() + static_cast<std::ptrdiff_t>(std::min(kMaxListed, known.size()));
  return absl::StrCat("; known: ", absl::StrJoin(known.begin(), end, ", ", AppendShown),
                      end == known.end() ? "" : ", …");
}

}  // namespace spillway::server
