// gRPC calls below the stubs: any bytes to any method.
#ifndef SPILLWAY_TESTS_E2E_RAW_CALL_H_
#define SPILLWAY_TESTS_E2E_RAW_CALL_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/impl/rpc_method.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/sync_stream.h>

#include <chrono>
#include <string>
#include <vector>

namespace spillway::e2e {

inline grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

inline std::string ToString(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices)
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

// Of a call that must not hang.
inline void SetPatience(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
}

// `method` as in "/spillway.v1.RouterService/Chat".
inline grpc::Status CallRaw(const std::shared_ptr<grpc::Channel>& channel, const char* method,
                            const std::string& request, std::string* response = nullptr) {
  grpc::ClientContext context;
  SetPatience(context);
  grpc::ByteBuffer answer;
  const grpc::internal::RpcMethod rpc(method, grpc::internal::RpcMethod::NORMAL_RPC);
  const grpc::Status status = grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(
      channel.get(), rpc, &context, ToBuffer(request), &answer);
  if (response != nullptr && status.ok()) *response = ToString(answer);
  return status;
}

// One message each way on a bidirectional stream, then its end.
inline grpc::Status ExchangeRaw(const std::shared_ptr<grpc::Channel>& channel, const char* method,
                                const std::string& request, std::string& response) {
  grpc::ClientContext context;
  SetPatience(context);
  const grpc::internal::RpcMethod rpc(method, grpc::internal::RpcMethod::BIDI_STREAMING);
  const std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> stream(
      grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(channel.get(),
                                                                                            rpc, &context));
  grpc::ByteBuffer answer;
  if (stream->Write(ToBuffer(request)) && stream->Read(&answer)) response = ToString(answer);
  stream->WritesDone();
  return stream->Finish();
}

}  // namespace spillway::e2e

#endif  // SPILLWAY_TESTS_E2E_RAW_CALL_H_
