// Secrets that were planted somewhere, and the search for what became of them.
//
// Found in any form that gives one away: whole, its first twelve characters, in base64 (wherever in a longer
// text), in hexadecimal, percent-encoded. Not thread-safe.
#ifndef SPILLWAY_TESTS_SUPPORT_CANARIES_H_
#define SPILLWAY_TESTS_SUPPORT_CANARIES_H_

#include <string>
#include <string_view>
#include <vector>

namespace spillway::testing {

class Canaries {
 public:
  // At least twelve characters, and the first twelve no other's.
  void Plant(const std::string& name, const std::string& secret);

  // "the openai key, in base64", for each that `text` holds.
  std::vector<std::string> In(std::string_view text) const;

 private:
  struct Trace {
    std::string what;
    std::string text;
    bool any_case = false;
  };

  std::vector<Trace> traces_;
};

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_SUPPORT_CANARIES_H_
