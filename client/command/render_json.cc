#include "client/command/render_json.h"

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "client/command/text.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace spillway::client {
namespace {

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) {
    return absl::InternalError(
        absl::StrCat("the server's answer cannot be written as JSON: ", std::string(status.message())));
  }
  return json;
}

// Quoted and escaped.
std::string JsonString(std::string_view text) {
  google::protobuf::Value value;
  value.set_string_value(ToUtf8(text));
  return ToJson(value).value();  // A UTF-8 string always has a JSON form.
}

std::string JsonMetadata(const Metadata& metadata) {
  std::string out;
  for (const auto& [name, value] : metadata) {
    absl::StrAppend(&out, out.empty() ? "" : ",", JsonString(name), ":", JsonString(value));
  }
  return absl::StrCat("{", out, "}");
}

// A detail of a type this program does not know stays as its bytes.
std::string JsonDetail(const google::protobuf::Any& detail) {
  if (absl::StatusOr<std::string> json = ToJson(detail); json.ok()) return *std::move(json);
  return absl::StrCat("{\"@type\":", JsonString(detail.type_url()), ",\"value\":\"",
                      absl::Base64Escape(detail.value()), "\"}");
}

std::string JsonStatus(const Outcome& outcome) {
  std::string details;
  for (const google::protobuf::Any& detail : outcome.details.raw.details()) {
    absl::StrAppend(&details, details.empty() ? "" : ",", JsonDetail(detail));
  }
  return absl::StrCat("{\"code\":", JsonString(CodeName(outcome.status.error_code())),
                      ",\"message\":", JsonString(outcome.status.error_message()), ",\"details\":[", details,
                      "]}");
}

}  // namespace

absl::StatusOr<std::string> RenderJsonLine(const google::protobuf::Message& message) {
  absl::StatusOr<std::string> json = ToJson(message);
  if (json.ok()) *json += '\n';
  return json;
}

absl::StatusOr<std::string> RenderJsonEvent(const v1::ChatEvent& event) { return RenderJsonLine(event); }

std::string RenderJsonEnd(const Outcome& outcome) {
  return absl::StrCat("{\"metadata\":", JsonMetadata(outcome.metadata), ",\"status\":", JsonStatus(outcome),
                      "}\n");
}

absl::StatusOr<std::string> RenderJson(const Outcome& outcome, const google::protobuf::Message& response) {
  absl::StatusOr<std::string> json = outcome.ok() ? ToJson(response) : std::string("null");
  if (!json.ok()) return json.status();
  return absl::StrCat("{\"response\":", *json, ",\"metadata\":", JsonMetadata(outcome.metadata),
                      ",\"status\":", JsonStatus(outcome), "}\n");
}

}  // namespace spillway::client
