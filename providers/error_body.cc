#include "providers/error_body.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "providers/duration_text.h"
#include "providers/json_document.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

// Bodies nest errors in errors, and gateways bodies in bodies; none goes deeper than this.
constexpr int kDeepest = 10;

void Add(std::string_view text, ErrorBody& out) {
  if (text.empty() || out.message.find(text) != std::string::npos) return;
  if (!out.message.empty()) out.message += ": ";
  out.message += text;
}

void SetOnce(std::string& field, const json::value& value) {
  const auto text = AsText(value);
  if (text && field.empty()) field = std::string(*text);
}

void ReadCode(const json::value& value, ErrorBody& out) {
  const auto text = AsText(value);
  int number = 0;
  if (const auto whole = AsWhole(value); whole && *whole >= 0 && *whole < 100000)
    number = static_cast<int>(*whole);
  if (text && !absl::SimpleAtoi(absl::string_view(text->data(), text->size()), &number)) number = 0;
  if (number >= 400 && number <= 599) {
    if (out.embedded_status == 0) out.embedded_status = number;
  } else if (number != 0 && out.code.empty()) {
    out.code = absl::StrCat(number);
  } else {
    SetOnce(out.code, value);
  }
}

void Read(const json::value& value, int depth, ErrorBody& out);

// AWS: "com.amazon.coral.availability#ThrottlingException", with or without what stands before the sign.
void ReadAmazonType(const json::value& value, ErrorBody& out) {
  const std::string_view name = AsText(value).value_or("");
  const std::size_t sign = name.find('#');
  if (out.type.empty()) out.type = std::string(sign == name.npos ? name : name.substr(sign + 1));
}

// Several quotas may be used up at once. The one that takes longest to come back is what counts.
void ReadGoogleQuota(const json::value& violation, ErrorBody& out) {
  const json::value* id = Member(violation, "quotaId");
  const auto text = id == nullptr ? std::nullopt : AsText(*id);
  if (!text) return;
  if (out.quota_id.empty() || text->find("PerDay") != text->npos) out.quota_id = std::string(*text);
}

// Google's typed details: why, and when to come back.
void ReadGoogleDetail(const json::value& detail, ErrorBody& out) {
  if (const auto* reason = Member(detail, "reason")) SetOnce(out.reason, *reason);
  if (const auto* violations = Member(detail, "violations");
      violations != nullptr && violations->is_array()) {
    for (const auto& violation : violations->get_array()) ReadGoogleQuota(violation, out);
  }
  const json::value* delay = Member(detail, "retryDelay");
  const auto text = delay == nullptr ? std::nullopt : AsText(*delay);
  if (text) out.retry_delay = ParseDurationText(*text);
}

void ReadDetails(const json::value& details, ErrorBody& out) {
  if (const json::array* list = details.if_array()) {
    for (const auto& detail : *list) ReadGoogleDetail(detail, out);
  }
}

// OpenRouter's: what the provider behind it said, what kind of error that is, and when to come back.
void ReadMetadata(const json::value& metadata, int depth, ErrorBody& out) {
  if (const auto* raw = Member(metadata, "raw")) Read(*raw, depth, out);
  if (const auto* type = Member(metadata, "error_type")) SetOnce(out.type, *type);
  const json::value* seconds = Member(metadata, "retry_after_seconds");
  const auto number = seconds == nullptr ? std::nullopt : AsDouble(*seconds);
  if (number && !out.retry_delay) out.retry_delay = FromSeconds(*number);
}

// FastAPI: [{"loc":["body","temperature"],"msg":"…","type":"…"}]; others: [{"code":7003,"message":"…"}].
void ReadList(const json::array& list, int depth, ErrorBody& out) {
  for (const auto& element : list) {
    const json::value* location = Member(element, "loc");
    const json::array* steps = location == nullptr ? nullptr : location->if_array();
    if (steps != nullptr && !steps->empty()) {
      if (const auto last = AsText(steps->back())) Add(*last, out);
    }
    Read(element, depth, out);
  }
}

void ReadMember(std::string_view name, const json::value& value, int depth, ErrorBody& out) {
  if (name == "message" || name == "Message" || name == "msg" || name == "error_description") {
    Read(value, depth, out);
  } else if (name == "error" || name == "detail" || name == "errors" || name == "Output") {
    Read(value, depth, out);
  } else if (name == "type" || name == "error_type") {
    SetOnce(out.type, value);
  } else if (name == "param") {
    SetOnce(out.param, value);
  } else if (name == "__type") {
    ReadAmazonType(value, out);
  } else if (name == "code" || name == "status_code" || name == "raw_status_code" || name == "error_code") {
    ReadCode(value, out);
  } else if (name == "status") {
    SetOnce(out.status, value);
  } else if (name == "details") {
    ReadDetails(value, out);
  } else if (name == "innererror") {
    if (const json::value* code = Member(value, "code")) SetOnce(out.inner_code, *code);
  } else if (name == "metadata") {
    ReadMetadata(value, depth, out);
  }
}

// A sentence, or a whole error body that a gateway passes on as a text.
void ReadText(std::string_view text, int depth, ErrorBody& out) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start != text.npos && (text[start] == '{' || text[start] == '[')) {
    const std::size_t size = out.message.size();
    const JsonDocument document(text);
    if (document.ok()) Read(document.root(), depth - 1, out);
    if (out.message.size() != size) return;
  }
  Add(text, out);
}

void Read(const json::value& value, int depth, ErrorBody& out) {
  if (depth == 0) return;
  if (const auto text = AsText(value)) {
    ReadText(*text, depth, out);
  } else if (const json::array* list = value.if_array()) {
    ReadList(*list, depth - 1, out);
  } else if (const json::object* object = value.if_object()) {
    // What is wrapped is more precise than its wrapper.
    if (const json::value* error = object->if_contains("error")) Read(*error, depth - 1, out);
    for (const auto& member : *object) {
      if (member.key() != "error") ReadMember(View(member.key()), member.value(), depth - 1, out);
    }
  }
}

// The title of a web page: what proxies put their error in.
std::string_view HtmlTitle(std::string_view body) {
  const std::size_t open = body.find("<title");
  const std::size_t start = open == std::string_view::npos ? open : body.find('>', open);
  if (start == std::string_view::npos) return {};
  const std::size_t end = body.find("</title", start);
  if (end == std::string_view::npos) return {};
  return body.substr(start + 1, end - start - 1);
}

std::string_view Trim(std::string_view text) {
  const auto trimmed = absl::StripAsciiWhitespace(absl::string_view(text.data(), text.size()));
  return {trimmed.data(), trimmed.size()};
}

}  // namespace

ErrorBody ReadErrorBody(const json::value& body) {
  ErrorBody out;
  Read(body, kDeepest, out);
  return out;
}

ErrorBody ParseErrorBody(std::string_view body) {
  const JsonDocument document(body);
  if (document.ok()) return ReadErrorBody(document.root());
  ErrorBody out;
  const std::string_view text = Trim(body);
  if (text.empty() || text.front() == '{' || text.front() == '[') return out;
  out.message = std::string(text.front() == '<' ? Trim(HtmlTitle(text)) : text);
  return out;
}

}  // namespace spillway::providers
