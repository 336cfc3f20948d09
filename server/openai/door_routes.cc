#include "server/openai/door_routes.h"

#include <boost/url/pct_string_view.hpp>

namespace spillway::server {
namespace {

constexpr std::string_view kModels = "/models/";

// As it stands if its escapes make no sense.
std::string Decoded(std::string_view text) {
  const auto view = boost::urls::make_pct_string_view({text.data(), text.size()});
  return view.has_value() ? view->decode() : std::string(text);
}

}  // namespace

DoorRoute RouteOf(std::string_view path) {
  if (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  if (path.starts_with("/v1/")) path.remove_prefix(3);
  if (path == "/chat/completions") return {DoorPath::kChatCompletions, ""};
  if (path == "/models") return {DoorPath::kModels, ""};
  if (!path.starts_with(kModels)) return {};
  return {DoorPath::kModel, Decoded(path.substr(kModels.size()))};
}

std::string_view AllowedMethods(DoorPath path) {
  switch (path) {
    case DoorPath::kChatCompletions:
      return "POST";
    case DoorPath::kModels:
    case DoorPath::kModel:
      return "GET, HEAD";
    case DoorPath::kOther:
      break;
  }
  return "";
}

bool IsAllowed(std::string_view method, DoorPath path) {
  if (path == DoorPath::kChatCompletions) return method == "POST";
  return method == "GET" || method == "HEAD";
}

}  // namespace spillway::server
