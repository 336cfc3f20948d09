#include "tests/sim/config.h"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

constexpr std::array<std::pair<std::string_view, TlsMode>, 6> kTlsModes = {
    {{"off", TlsMode::kOff},
     {"on", TlsMode::kOn},
     {"refuse", TlsMode::kRefuse},
     {"expired", TlsMode::kExpired},
     {"wrong_name", TlsMode::kWrongName},
     {"untrusted", TlsMode::kUntrusted}}};

TlsMode ReadTls(ObjectReader& reader) {
  const json::value* value = reader.Any("tls");
  if (value == nullptr) return TlsMode::kOff;
  if (value->is_bool()) return value->get_bool() ? TlsMode::kOn : TlsMode::kOff;
  for (const auto& [name, mode] : kTlsModes) {
    if (*value == json::string_view(name.data(), name.size())) return mode;
  }
  throw InvalidConfig(
      reader.PathOf("tls") +
      ": must be true, false, \"on\", \"off\", \"refuse\", \"expired\", \"wrong_name\" or \"untrusted\"");
}

// A name is part of URLs and of metric-like output.
void CheckName(const std::string& name, const std::string& path) {
  const bool fine = !name.empty() && name.find_first_of("/?#%,= \"") == std::string::npos;
  if (!fine) throw InvalidConfig(path + ": must be a name without spaces and any of /?#%,=\"");
}

PersonalityConfig ParsePersonality(const json::value& value, const std::string& path) {
  ObjectReader reader(value, path);
  PersonalityConfig config;
  config.name = reader.String("name").value_or("");
  CheckName(config.name, reader.PathOf("name"));
  config.api = reader.String("api").value_or("openai");
  config.listen = reader.String("listen").value_or("127.0.0.1:0");
  ParseListenAddress(config.listen, reader.PathOf("listen"));
  config.tls = ReadTls(reader);
  config.api_options.models = reader.Strings("models").value_or(std::vector<std::string>());
  if (auto aliases = reader.StringMap("aliases"))
    config.api_options.aliases = {aliases->begin(), aliases->end()};
  config.api_options.api_key = reader.String("api_key").value_or("");
  config.api_options.paths = reader.Strings("paths").value_or(std::vector<std::string>());
  config.api_options.tokens = static_cast<std::size_t>(reader.Integer("tokens", 1, kMostTokens).value_or(0));
  if (const json::value* script = reader.Any("script"))
    config.script = ScriptFromJson(*script, reader.PathOf("script"));
  reader.RefuseUnknownKeys();
  return config;
}

// One KEY[=VALUE] of the flag, put where the configuration file has it.
void PutFlagPart(const std::string& key, const json::string& value, const std::string& path,
                 json::object& config, json::object& script) {
  if (key == "tls") {
    config["tls"] = value.empty() ? json::value(true) : json::value(value);
  } else if (key == "key") {
    config["api_key"] = value;
  } else if (key == "model" || key == "path") {
    json::value& list = config[key + "s"];
    if (list.is_null()) list.emplace_array();
    list.get_array().push_back(value);
  } else if (key == "alias") {
    const std::size_t colon = value.find(':');
    if (colon == json::string::npos) throw InvalidConfig(path + ": alias must be ASKED:ANSWERED");
    json::value& aliases = config["aliases"];
    if (aliases.is_null()) aliases.emplace_object();
    aliases.get_object()[value.subview(0, colon)] = value.subview(colon + 1);
  } else if (key == "fault") {
    script["steps"].as_array().push_back(value);
  } else if (key == "then") {
    script["then"] = value;
  } else if (key == "seed" || key == "tokens") {
    std::int64_t number = 0;
    const bool is_number = absl::SimpleAtoi(absl::string_view(value.data(), value.size()), &number);
    (key == "seed" ? script : config)[key] = is_number ? json::value(number) : json::value(value);
  } else {
    throw InvalidConfig(
        absl::StrCat(path, ": unknown key \"", key,
                     "\"; known are: tls, key, model, path, alias, tokens, fault, then, seed"));
  }
}

}  // namespace

PersonalityConfig ParsePersonalityFlag(const std::string& api, std::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(absl::string_view(text.data(), text.size()), ',');
  const std::size_t equals = parts[0].find('=');
  const std::string path = absl::StrCat("--", api, " ", parts[0].substr(0, equals));
  json::object config{{"name", parts[0].substr(0, equals)}, {"api", api}};
  if (equals != std::string::npos) config["listen"] = parts[0].substr(equals + 1);
  json::object script{{"steps", json::array()}};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::size_t split = parts[i].find('=');
    const std::string value = split == std::string::npos ? "" : parts[i].substr(split + 1);
    PutFlagPart(parts[i].substr(0, split), json::string(value), path, config, script);
  }
  config["script"] = std::move(script);
  return ParsePersonality(config, path);
}

SimulatorOptions ParseConfig(std::string_view text) {
  const json::value value = ParseJson(text, "config");
  ObjectReader reader(value, "");
  SimulatorOptions options;
  options.control = reader.String("control").value_or("");
  if (!options.control.empty()) ParseListenAddress(options.control, "control");
  options.log_entries =
      static_cast<std::size_t>(reader.Integer("log_entries", 0, 100'000'000).value_or(10'000));
  if (const json::value* personalities = reader.Any("personalities")) {
    if (!personalities->is_array()) throw InvalidConfig("personalities: must be a list");
    for (const json::value& item : personalities->get_array()) {
      options.personalities.push_back(
          ParsePersonality(item, absl::StrCat("personalities[", options.personalities.size(), "]")));
    }
  }
  reader.RefuseUnknownKeys();
  return options;
}

ListenAddress ParseListenAddress(std::string_view text, const std::string& path) {
  ListenAddress address;
  const std::size_t colon = text.rfind(':');
  std::string_view host = colon == std::string_view::npos ? "" : text.substr(0, colon);
  const std::string_view port = colon == std::string_view::npos ? text : text.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  address.host = host.empty() || host == "localhost" ? "127.0.0.1" : std::string(host);
  std::uint32_t number = 0;
  if (!absl::SimpleAtoi(absl::string_view(port.data(), port.size()), &number) || number > 65535) {
    throw InvalidConfig(absl::StrCat(path, ": \"", std::string(text), "\" must be HOST:PORT"));
  }
  address.port = static_cast<std::uint16_t>(number);
  return address;
}

}  // namespace spillway::sim
