#include "tests/replay/gemini_request_reader.h"

#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "providers/api_name.h"
#include "providers/data_url.h"
#include "providers/json_document.h"
#include "providers/struct_json.h"
#include "tests/replay/gemini_meaning.h"
#include "tests/replay/gemini_parameter_reader.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;
using google::protobuf::Struct;
using providers::SetMember;
using providers::View;

constexpr std::string_view kGoogleFiles = "https://generativelanguage.googleapis.com/";

Struct& Scope(Struct& extra) { return providers::MutableScopedExtra(extra, v1::API_GEMINI); }

std::string TextIn(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  return value != nullptr && value->is_string() ? std::string(View(value->get_string())) : std::string();
}

const json::object* ObjectIn(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  return value == nullptr ? nullptr : value->if_object();
}

bool IsThought(const json::object& part) {
  return part.contains("thought") && part.at("thought") == json::value(true);
}

// The parts of a content, which may be a list or one alone.
std::vector<json::object> PartsOf(const json::value& content) {
  std::vector<json::object> out;
  const json::value* parts = providers::Member(content, "parts");
  if (parts != nullptr && parts->is_object()) out.push_back(parts->get_object());
  if (parts == nullptr || !parts->is_array()) return out;
  for (const auto& part : parts->get_array()) out.push_back(part.as_object());
  return out;
}

// The media type that the codec finds in a URL's extension; only those that recordings have.
std::string_view TypeOf(std::string_view uri) {
  uri = uri.substr(0, uri.find('?'));
  for (const auto& [extension, type] :
       {std::pair{".png", "image/png"}, std::pair{".webp", "image/webp"}, std::pair{".gif", "image/gif"},
        std::pair{".pdf", "application/pdf"}, std::pair{".mp4", "video/mp4"}, std::pair{".mp3", "audio/mp3"},
        std::pair{".txt", "text/plain"}, std::pair{".wav", "audio/wav"}}) {
    if (uri.ends_with(extension)) return type;
  }
  return "image/jpeg";
}

class Reader {
 public:
  absl::StatusOr<v1::ChatRequest> Read(const json::object& body) {
    for (const auto& member : body) {
      const std::string_view name = View(member.key());
      const json::value& value = member.value();
      if (value.is_null()) continue;
      if (name == "contents") {
        Contents(value.as_array());
      } else if (name == "systemInstruction") {
        System(value);
      } else if (name == "generationConfig") {
        ReadGeminiConfig(value.as_object(), out_);
      } else if (name != "tools" && name != "toolConfig") {
        SetMember(name, value, Scope(*out_.mutable_extra()));
      }
    }
    ReadGeminiTools(body, out_);
    if (!problem_.empty()) return absl::UnimplementedError(problem_);
    return std::move(out_);
  }

 private:
  void System(const json::value& content) {
    for (const json::object& part : PartsOf(content)) {
      v1::Message& message = *out_.add_messages();
      message.set_role(v1::ROLE_SYSTEM);
      message.set_content(TextIn(part, "text"));
    }
  }

  void Contents(const json::array& contents) {
    for (const auto& content : contents) {
      const json::value* role = providers::Member(content, "role");
      const std::vector<json::object> parts = PartsOf(content);
      if (role != nullptr && *role == "model") {
        Model(parts);
      } else {
        User(parts);
      }
    }
  }

  void User(const std::vector<json::object>& parts) {
    v1::Message said;
    said.set_role(v1::ROLE_USER);
    bool blank = true;
    for (const json::object& part : parts) {
      blank = blank && part.contains("text") && TextIn(part, "text").empty();
      if (const json::object* result = ObjectIn(part, "functionResponse")) {
        Result(*result);
      } else {
        Part(part, *said.add_parts());
      }
    }
    if (blank) problem_ = "a turn says nothing";
    if (said.parts_size() > 0) *out_.add_messages() = std::move(said);
  }

  void Part(const json::object& part, v1::ContentPart& out) {
    if (part.contains("text")) out.set_text(TextIn(part, "text"));
    if (const json::object* blob = ObjectIn(part, "inlineData")) Inline(*blob, out);
    if (const json::object* file = ObjectIn(part, "fileData")) File(*file, out);
    for (const auto& member : part) {
      const std::string_view name = View(member.key());
      if (name == "text" || name == "inlineData" || name == "fileData" || name == "thought") continue;
      SetMember(name, member.value(), Scope(*out.mutable_extra()));
    }
  }

  static void Inline(const json::object& blob, v1::ContentPart& out) {
    const std::string type = TextIn(blob, "mimeType");
    const std::string url = providers::MakeDataUrl(type, TextIn(blob, "data"));
    if (type == "audio/wav" || type == "audio/mp3") {
      out.mutable_input_audio()->set_format(type.substr(6));
      out.mutable_input_audio()->set_data(TextIn(blob, "data"));
    } else if (type.starts_with("image/")) {
      out.mutable_image_url()->set_url(url);
    } else {
      out.mutable_file()->set_file_data(url);
    }
  }

  void File(const json::object& file, v1::ContentPart& out) {
    const std::string uri = TextIn(file, "fileUri");
    const std::string type = TextIn(file, "mimeType");
    if (!uri.starts_with(kGoogleFiles) && type != TypeOf(uri)) problem_ = "a URL does not tell its type";
    if (type.starts_with("image/")) {
      out.mutable_image_url()->set_url(uri);
    } else {
      out.mutable_file()->set_file_id(uri);
    }
  }

  void Result(const json::object& result) {
    v1::Message& message = *out_.add_messages();
    message.set_role(v1::ROLE_TOOL);
    message.set_name(TextIn(result, "name"));
    message.set_content(json::serialize(result.at("response")));
    message.set_tool_call_id(TakeCall(message.name(), TextIn(result, "id")));
    for (const auto& member : result) {
      const std::string_view name = View(member.key());
      if (name == "id" || name == "name" || name == "response") continue;
      SetMember(name, member.value(), Scope(*message.mutable_extra()));
    }
  }

  // The id of the call that a result is for: by its id, else the first one of that name without a result.
  std::string TakeCall(const std::string& name, const std::string& id) {
    for (auto call = open_.begin(); call != open_.end(); ++call) {
      if (id.empty() ? call->first != name : call->second != id) continue;
      std::string found = call->second;
      open_.erase(call);
      return found;
    }
    return id.empty() ? "unknown" : id;
  }

  void Model(const std::vector<json::object>& parts) {
    v1::Message& message = *out_.add_messages();
    message.set_role(v1::ROLE_ASSISTANT);
    int texts = 0;
    bool implied = true;
    for (const json::object& part : parts) {
      if (const json::object* call = ObjectIn(part, "functionCall")) {
        Call(*call, TextIn(part, "thoughtSignature"), message);
        continue;
      }
      implied = implied && part.contains("text") && !IsThought(part) && ++texts == 1 &&
                message.tool_calls().empty();
      if (!IsThought(part)) message.mutable_content()->append(TextIn(part, "text"));
      const std::string signature = TextIn(part, "thoughtSignature");
      if (!signature.empty())
        SetMember("thought_signature", json::value(signature), Scope(*message.mutable_extra()));
    }
    if (!implied) Keep(parts, message);
  }

  void Call(const json::object& call, const std::string& signature, v1::Message& message) {
    v1::ToolCall& out = *message.add_tool_calls();
    const std::string id = TextIn(call, "id");
    out.set_id(id.empty() ? absl::StrCat("made_", ++made_) : id);
    out.mutable_function()->set_name(TextIn(call, "name"));
    const json::value* args = call.if_contains("args");
    out.mutable_function()->set_arguments(args == nullptr ? "{}" : json::serialize(*args));
    if (!id.empty()) SetMember("id", json::value(id), Scope(*out.mutable_extra()));
    if (!signature.empty())
      SetMember("thought_signature", json::value(signature), Scope(*out.mutable_extra()));
    open_.emplace_back(out.function().name(), out.id());
  }

  static void Keep(const std::vector<json::object>& parts, v1::Message& message) {
    json::array kept;
    for (const json::object& part : parts) {
      const json::object* call = ObjectIn(part, "functionCall");
      kept.push_back(call == nullptr ? json::value(part)
                                     : json::value{{"functionCall", {{"name", TextIn(*call, "name")}}}});
    }
    SetMember("parts", kept, Scope(*message.mutable_extra()));
  }

  v1::ChatRequest out_;
  std::string problem_;
  // Name and id of the calls that have no result yet.
  std::vector<std::pair<std::string, std::string>> open_;
  int made_ = 0;
};

}  // namespace

absl::StatusOr<v1::ChatRequest> ReadGeminiRequest(std::string_view body) {
  const providers::JsonDocument document(body);
  if (!document.root().is_object()) return absl::InvalidArgumentError(document.problem());
  const json::value spelled = InCamelCase(document.root());
  return Reader().Read(spelled.get_object());
}

}  // namespace spillway::replay
