#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "providers/json_document.h"
#include "server/openai/json_value_count.h"
#include "tests/fuzz/fuzz_target.h"

namespace spillway::fuzz {
namespace {

std::size_t ValuesIn(const boost::json::value& value) {
  std::size_t values = 1;
  if (const auto* list = value.if_array()) {
    for (const boost::json::value& element : *list) values += ValuesIn(element);
  } else if (const auto* object = value.if_object()) {
    for (const auto& member : *object) values += ValuesIn(member.value());
  }
  return values;
}

}  // namespace

void FuzzJsonValues(std::string_view input) {
  const std::size_t counted = server::CountJsonValues(input);
  for (const std::size_t most : {std::size_t{0}, std::size_t{1}, counted - 1, counted, counted + 1}) {
    if (most > counted + 1) continue;
    // A text too short to be looked at has no more than that, if it is JSON.
    const bool more = server::HasMoreJsonValuesThan(most, input);
    Require(!more || counted > most, "there are no more values than were counted");
  }
  const providers::JsonDocument document(input);
  if (!document.ok()) return;
  // A member that came twice counts twice.
  Require(counted >= ValuesIn(document.root()), "no value is overlooked");
  for (std::size_t most = counted - 1; most < counted + 2; ++most) {
    Require(server::HasMoreJsonValuesThan(most, input) == (counted > most), "as many as may be are not more");
  }
  const std::string written = boost::json::serialize(document.root());
  Require(server::CountJsonValues(written) == ValuesIn(document.root()),
          "as many values are counted as there are");
}

}  // namespace spillway::fuzz
