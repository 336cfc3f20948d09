#include "transport/name_resolver.h"

#include <utility>

namespace spillway::transport {

asio::execution_context::id NameResolver::id;

NameResolver& NameResolver::Of(asio::io_context& io) {
  return asio::use_service<NameResolver>(static_cast<asio::execution_context&>(io));
}

NameResolver& NameResolver::Make(asio::io_context& io, Options options) {
  return asio::make_service<NameResolver>(static_cast<asio::execution_context&>(io), std::move(options));
}

NameResolver::NameResolver(asio::execution_context& io, Options options)
    : asio::execution_context::service(io),
      io_(static_cast<asio::io_context&>(io)),
      patience_(options.patience),
      pool_(std::in_place, std::move(options.look_up), options.threads) {}

void NameResolver::shutdown() {
  pool_.reset();
  names_.clear();
  work_.reset();
}

NameResolver::Ticket NameResolver::Resolve(const std::string& host, Handler handler) {
  std::unique_ptr<Name>& slot = names_[host];
  if (slot == nullptr) slot = std::make_unique<Name>(io_);
  Name& name = *slot;
  name.waiting.emplace(++last_ticket_, std::move(handler));
  ++waiting_;
  KeepRunning();
  if (!name.looking_up) LookUpNow(host, name);
  if (!name.last_good.empty() && name.waiting.size() == 1) {
    // At once, if the look-up is overdue already.
    name.overdue.expires_at(name.began + patience_);
    name.overdue.async_wait([this, &name](const error_code& ec) {
      // It may have come due in the instant in which the look-up was answered, and another begun.
      if (ec || name.last_good.empty() || std::chrono::steady_clock::now() < name.began + patience_) return;
      Answer(name, {name.last_good, "", false});
    });
  }
  return last_ticket_;
}

void NameResolver::Cancel(Ticket ticket) {
  for (const auto& [host, name] : names_) {
    if (name->waiting.erase(ticket) == 0) continue;
    --waiting_;
    if (name->waiting.empty()) name->overdue.cancel();
    return KeepRunning();
  }
}

void NameResolver::LookUpNow(const std::string& host, Name& name) {
  name.looking_up = true;
  name.began = std::chrono::steady_clock::now();
  // While the pool calls this, `io_` and `name` are there: see shutdown.
  pool_->Submit(host, [this, &name](LookUpAnswer answer) {
    asio::post(io_,
               [this, &name, answer = std::move(answer)]() mutable { OnAnswer(name, std::move(answer)); });
  });
}

void NameResolver::OnAnswer(Name& name, LookUpAnswer answer) {
  name.looking_up = false;
  name.overdue.cancel();
  if (!answer.addresses.empty() || answer.no_such_name) {
    name.last_good = answer.addresses;
  } else if (!name.last_good.empty()) {
    answer = {name.last_good, "", false};
  }
  Answer(name, answer);
}

void NameResolver::Answer(Name& name, const LookUpAnswer& answer) {
  // Whoever asks meanwhile has a later ticket.
  const Ticket last = last_ticket_;
  while (!name.waiting.empty() && name.waiting.begin()->first <= last) {
    auto first = name.waiting.extract(name.waiting.begin());
    --waiting_;
    first.mapped()(answer);
  }
  KeepRunning();
}

void NameResolver::KeepRunning() {
  if (waiting_ == 0) {
    work_.reset();
  } else if (!work_) {
    work_.emplace(io_.get_executor());
  }
}

}  // namespace spillway::transport
