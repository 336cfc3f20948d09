// The exchange a connection hands to its handler. Once it is over its methods do nothing.
//
// Thread-safety: none. Ownership: the connection holds it until it is over, and outlives that.
#ifndef SPILLWAY_SERVER_HTTP_SERVED_EXCHANGE_H_
#define SPILLWAY_SERVER_HTTP_SERVED_EXCHANGE_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http/http_connection.h"
#include "server/http/http_exchange.h"

namespace spillway::server {

class ServedExchange final : public HttpExchange {
 public:
  ServedExchange(HttpConnection& connection, IncomingRequest request, router::Instant received)
      : connection_(&connection), request_(std::move(request)), received_(received) {}

  // It is over. Who is to be told, or null.
  Listener* Leave() {
    connection_ = nullptr;
    return std::exchange(listener_, nullptr);
  }

  Listener* listener() const { return listener_; }

  IncomingRequest& request() override { return request_; }
  router::Instant received() const override { return received_; }
  std::string Peer() const override { return connection_ ? connection_->Peer() : std::string(); }
  const std::vector<std::string>& PeerNames() const override {
    static const std::vector<std::string>& none = *new std::vector<std::string>;
    return connection_ ? connection_->PeerNames() : none;
  }
  void Listen(Listener* listener) override { listener_ = listener; }

  void Answer(AnswerHead head, std::string body) override {
    if (const auto connection = Held()) connection->Answer(head, std::move(body));
  }
  void Begin(AnswerHead head) override {
    if (connection_) connection_->Begin(head);
  }
  bool Write(std::string_view bytes) override { return connection_ == nullptr || connection_->Write(bytes); }
  void End() override {
    if (const auto connection = Held()) connection->End();
  }
  void BreakOff() override {
    if (const auto connection = Held()) connection->BreakOff();
  }

 private:
  // The connection may close, and this be let go of.
  std::shared_ptr<HttpConnection> Held() const {
    return connection_ ? connection_->shared_from_this() : nullptr;
  }

  HttpConnection* connection_;
  IncomingRequest request_;
  const router::Instant received_;
  Listener* listener_ = nullptr;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_HTTP_SERVED_EXCHANGE_H_
