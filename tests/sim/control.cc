#include "tests/sim/control.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/sim/json_reader.h"
#include "tests/sim/log_json.h"
#include "tests/sim/script.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

HttpResponse Json(int status, std::string body) {
  return {status, {{"content-type", "application/json"}}, std::move(body) + "\n"};
}

HttpResponse Error(int status, const std::string& message) {
  return Json(status, json::serialize(json::object{{"error", message}}));
}

// NAME of "/personalities/NAME/script"; "" for other paths.
std::string NameInScriptPath(std::string_view path) {
  static constexpr std::string_view kBefore = "/personalities/";
  static constexpr std::string_view kAfter = "/script";
  if (!path.starts_with(kBefore) || !path.ends_with(kAfter)) return "";
  if (path.size() <= kBefore.size() + kAfter.size()) return "";
  return std::string(path.substr(kBefore.size(), path.size() - kBefore.size() - kAfter.size()));
}

}  // namespace

std::string Listening::address() const {
  const bool v6 = host.find(':') != std::string::npos;
  return absl::StrCat(v6 ? "[" : "", host, v6 ? "]:" : ":", port);
}

std::string Listening::url() const { return (tls() ? "https://" : "http://") + address(); }

Control::Control(const std::vector<Listening>* personalities, RequestLog* log)
    : personalities_(personalities), log_(log) {}

Reply Control::Handle(Request request) {
  Reply reply;
  reply.answer = Answer(request);
  return reply;
}

HttpResponse Control::Answer(const Request& request) const {
  const std::string_view path = PathOf(request.target);
  const std::string& method = request.method;
  if (path == "/healthz" && method == "GET") return {200, {{"content-type", "text/plain"}}, "ok\n"};
  if (path == "/personalities" && method == "GET") return List();
  if (path == "/log" && method == "GET") return GetLog(request);
  if (path == "/log" && method == "DELETE") {
    log_->Clear();
    return Json(200, "{}");
  }
  const std::string name = NameInScriptPath(path);
  if (!name.empty() && method == "PUT") return PutScript(name, request.body);
  const bool known = path == "/healthz" || path == "/personalities" || path == "/log" || !name.empty();
  return known ? Error(405, absl::StrCat(method, " is not for ", std::string(path)))
               : Error(404,
                       "nothing here; there are: GET /healthz, GET /personalities, "
                       "PUT /personalities/NAME/script, GET /log, DELETE /log");
}

HttpResponse Control::List() const {
  json::array list;
  for (const Listening& listening : *personalities_) {
    const PersonalityConfig& config = listening.personality->config();
    list.push_back(json::object{{"name", config.name},
                                {"api", config.api},
                                {"address", listening.address()},
                                {"port", listening.port},
                                {"url", listening.url()},
                                {"tls", listening.tls()}});
  }
  return Json(200, json::serialize(list));
}

HttpResponse Control::PutScript(const std::string& name, const std::string& body) const {
  for (const Listening& listening : *personalities_) {
    if (listening.personality->config().name != name) continue;
    try {
      listening.personality->SetScript(ParseScript(body));
    } catch (const InvalidConfig& error) {
      return Error(400, error.what());
    }
    return Json(200, "{}");
  }
  return Error(404, "no personality is called \"" + name + "\"");
}

HttpResponse Control::GetLog(const Request& request) const {
  LogFilter filter;
  filter.personality = QueryValue(request.target, "personality");
  const std::string since = QueryValue(request.target, "since");
  if (!since.empty() && !absl::SimpleAtoi(since, &filter.since)) return Error(400, "since: must be a number");
  return Json(200, LogToJson(log_->Entries(filter)));
}

}  // namespace spillway::sim
