#include "transport/look_up_pool.h"

#include <netdb.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace spillway::transport {
namespace {

boost::asio::ip::address AddressOf(const addrinfo& info) {
  boost::asio::ip::tcp::endpoint endpoint;
  std::memcpy(endpoint.data(), info.ai_addr, info.ai_addrlen);
  endpoint.resize(info.ai_addrlen);
  return endpoint.address();
}

}  // namespace

LookUpAnswer AskSystem(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  LookUpAnswer answer;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error == 0) {
    for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
      if (info->ai_family == AF_INET || info->ai_family == AF_INET6)
        answer.addresses.push_back(AddressOf(*info));
    }
    freeaddrinfo(found);
  }
  if (!answer.addresses.empty()) return answer;
  answer.no_such_name = error == 0 || error == EAI_NONAME || error == EAI_NODATA;
  answer.error = error == EAI_SYSTEM ? std::system_category().message(errno)
                                     : gai_strerror(error == 0 ? EAI_NODATA : error);
  return answer;
}

struct LookUpPool::State {
  struct Task {
    std::string host;
    Done done;
  };

  State(LookUp look_up, int max_threads) : look_up(std::move(look_up)), max_threads(max_threads) {}

  const LookUp look_up;
  const int max_threads;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Task> tasks;
  // Threads there are, and those of them that are inside a look-up.
  int threads = 0;
  int busy = 0;
  bool stopped = false;
};

LookUpPool::LookUpPool(LookUp look_up, int max_threads)
    : state_(std::make_shared<State>(std::move(look_up), max_threads)) {}

LookUpPool::~LookUpPool() {
  std::deque<State::Task> unwanted;
  std::unique_lock lock(state_->mutex);
  state_->stopped = true;
  unwanted.swap(state_->tasks);
  state_->changed.notify_all();
  state_->changed.wait(lock, [this] { return state_->threads == state_->busy; });
}

void LookUpPool::Submit(std::string host, Done done) {
  const std::lock_guard lock(state_->mutex);
  state_->tasks.push_back({std::move(host), std::move(done)});
  const auto idle = static_cast<std::size_t>(state_->threads - state_->busy);
  if (idle < state_->tasks.size() && state_->threads < state_->max_threads) {
    try {
      std::thread([state = state_] { Work(state); }).detach();
      ++state_->threads;
    } catch (const std::system_error& error) {
      if (state_->threads > 0) return;  // It waits for one of them.
      State::Task task = std::move(state_->tasks.back());
      state_->tasks.pop_back();
      task.done({{}, error.what(), false});
      return;
    }
  }
  state_->changed.notify_one();
}

void LookUpPool::Work(const std::shared_ptr<State>& state) {
  std::unique_lock lock(state->mutex);
  for (;;) {
    state->changed.wait(lock, [&] { return state->stopped || !state->tasks.empty(); });
    if (state->stopped) break;
    State::Task task = std::move(state->tasks.front());
    state->tasks.pop_front();
    ++state->busy;
    lock.unlock();
    LookUpAnswer answer = state->look_up(task.host);
    lock.lock();
    --state->busy;
    // Destroyed, not called, if it is too late: whoever it would tell may be gone.
    if (!state->stopped) task.done(std::move(answer));
  }
  --state->threads;
  state->changed.notify_all();
}

}  // namespace spillway::transport
