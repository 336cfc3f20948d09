// What a caller can get wrong, or do on purpose: a clear error for each, and a server that goes on serving.

#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "spillway/v1/router.grpc.pb.h"
#include "tests/e2e/raw_call.h"
#include "tests/e2e/scene.h"
#include "tests/support/plain_http.h"

namespace spillway::e2e {
namespace {

using grpc::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;

class BadInputTest : public ::testing::Test {
 protected:
  ~BadInputTest() override {
    EXPECT_TRUE(scene_.sim().Log().empty()) << "a provider was asked";
    ExpectServedBy("primary", scene_.Chat());
  }

  // Expects that mistake and no other.
  void ExpectMistake(const v1::ChatRequest& request, const std::string& field, const std::string& what) {
    const auto result = scene_.Chat(request);
    EXPECT_EQ(result.status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(result.status.error_message(), AllOf(HasSubstr(field), HasSubstr(what)));
    ASSERT_EQ(result.details.violations.size(), 1u);
    EXPECT_EQ(result.details.violations[0].field(), field);
    ASSERT_TRUE(result.details.error_info);
    EXPECT_EQ(result.details.error_info->reason(), "INVALID_REQUEST");
    EXPECT_EQ(result.metadata.count("x-request-id"), 1u);
  }

  Scene scene_{{.settings = {}, .primary_endpoint = true}};
};

TEST_F(BadInputTest, NoMessages) {
  v1::ChatRequest request = TestCall();
  request.clear_messages();
  ExpectMistake(request, "messages", "at least one");
}

TEST_F(BadInputTest, NoModel) { ExpectMistake(TestCall(""), "model", "required"); }

TEST_F(BadInputTest, AnUnknownRole) {
  v1::ChatRequest request = TestCall();
  request.add_messages()->set_role(static_cast<v1::Role>(99));
  ExpectMistake(request, "messages[1].role", "unknown role 99");
}

TEST_F(BadInputTest, ContentAndParts) {
  v1::ChatRequest request = TestCall();
  request.mutable_messages(0)->add_parts()->set_text("more");
  ExpectMistake(request, "messages[0].content", "either content or parts");
}

TEST_F(BadInputTest, AModelThatCannotBeMetadata) {
  for (const std::string& model : {std::string("gpt\r\nx-spillway-policy: forged"), std::string("gpt\0x", 5),
                                   std::string("gpt\x7f"), std::string("模型")}) {
    ExpectMistake(TestCall(model), "model", "printable ASCII");
  }
}

TEST_F(BadInputTest, AnEndlessModel) {
  ExpectMistake(TestCall(std::string(5 << 20, 'm')), "model", "longer than 256");
}

TEST_F(BadInputTest, ThousandsOfMistakesMakeAShortError) {
  v1::ChatRequest request = TestCall();
  for (int i = 0; i < 9'999; ++i) request.add_messages();
  // A plain stub, with gRPC's own limit for what trailers may hold.
  grpc::ClientContext context;
  v1::ChatResponse response;
  const grpc::Status status =
      v1::RouterService::NewStub(scene_.server().NewChannel())->Chat(&context, request, &response);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << status.error_message();
  EXPECT_THAT(status.error_message(), AllOf(HasSubstr("messages[1].role"), HasSubstr("more")));
}

TEST_F(BadInputTest, AFieldNoProviderCanExpress) {
  v1::ChatRequest request = TestCall();
  request.set_temperature(std::numeric_limits<double>::infinity());
  const auto result = scene_.Chat(request);
  EXPECT_EQ(result.status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(result.status.error_message(), HasSubstr("temperature"));
}

// More of them than the handlers that wait: none may be lost to them.
TEST_F(BadInputTest, BytesThatAreNoRequest) {
  const auto channel = scene_.server().NewChannel();
  const std::string invalid_utf8 = std::string("\x0a\x02\xC3\x28", 4);
  for (const std::string& bytes :
       {std::string("garbage"), std::string("\xFF\xFF\xFF\xFF", 4), invalid_utf8}) {
    for (int i = 0; i < 40; ++i) {
      for (const char* method : {"Chat", "StreamChat", "Route"}) {
        const std::string path = absl::StrCat("/spillway.v1.RouterService/", method);
        const grpc::Status status = CallRaw(channel, path.c_str(), bytes);
        // Route's are refused by gRPC itself.
        const bool read_by_us = std::string_view(method) != "Route";
        ASSERT_EQ(status.error_code(), read_by_us ? StatusCode::INVALID_ARGUMENT : StatusCode::INTERNAL)
            << method;
      }
    }
  }
}

TEST_F(BadInputTest, UnknownMethodsAndServices) {
  const auto channel = scene_.server().NewChannel();
  EXPECT_EQ(CallRaw(channel, "/spillway.v1.RouterService/Nothing", "").error_code(),
            StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(CallRaw(channel, "/nobody.Nothing/At", "").error_code(), StatusCode::UNIMPLEMENTED);
}

TEST_F(BadInputTest, MetadataBeyondTheLimit) {
  grpc::ClientContext context;
  SetPatience(context);
  context.AddMetadata("x-padding", std::string(200'000, 'x'));
  v1::ChatResponse response;
  const grpc::Status status =
      v1::RouterService::NewStub(scene_.server().NewChannel())->Chat(&context, TestCall(), &response);
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED) << status.error_message();
}

TEST_F(BadInputTest, BytesThatAreNoGrpc) {
  for (const std::string& bytes : {std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
                                   std::string(1 << 16, '\0'), std::string("\x16\x03\x01", 3)}) {
    testing::PlainConnection connection(static_cast<std::uint16_t>(scene_.server().ports().grpc));
    connection.Send(bytes);
  }
}

class HostileMetadataTest : public ::testing::Test {
 protected:
  grpc::Status Call(const std::string& name, const std::string& value) {
    grpc::ClientContext context;
    SetPatience(context);
    context.AddMetadata(name, value);
    v1::ChatResponse response;
    return v1::RouterService::NewStub(scene_.server().NewChannel())->Chat(&context, TestCall(), &response);
  }

  // With a timeout as it stands on the wire, which the library could not be told.
  grpc::Status CallWithin(const std::string& timeout) {
    grpc::ClientContext context;
    context.AddMetadata("grpc-timeout", timeout);
    v1::ChatResponse response;
    return v1::RouterService::NewStub(scene_.server().NewChannel())->Chat(&context, TestCall(), &response);
  }

  Scene scene_;
};

TEST_F(HostileMetadataTest, IsServedAndForgesNothing) {
  EXPECT_TRUE(Call("x-request-id", R"("},{"event":"forged)").ok());
  EXPECT_TRUE(Call("x-request-id", std::string(4000, 'r')).ok());
  EXPECT_TRUE(Call("x-request-id", "").ok());
  EXPECT_TRUE(Call("x-request-id-bin", std::string("\0\xFF\n", 3)).ok());
  EXPECT_TRUE(Call("traceparent", "00-garbage").ok());
  EXPECT_TRUE(Call("authorization", "Basic ???").ok());
  EXPECT_EQ(scene_.logs().WaitForEvents("call", 6).size(), 6u);
  EXPECT_TRUE(scene_.logs().Events("forged").empty());
}

// What a caller without a deadline may well write: more than nanoseconds in 64 bits can count.
TEST_F(HostileMetadataTest, AnEndlessTimeoutIsNone) {
  for (const char* timeout : {"99999999H", "2600000H", "9999999H", "99999999M"}) {
    EXPECT_TRUE(CallWithin(timeout).ok()) << timeout;
  }
  scene_.sim().SetScript("primary", "silence");
  EXPECT_EQ(CallWithin("50m").error_code(), StatusCode::DEADLINE_EXCEEDED) << "the header counts";
}

}  // namespace
}  // namespace spillway::e2e
