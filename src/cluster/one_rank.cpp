// A process that was started alone.
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>

#include "cluster/processors.hpp"
#include "terramask/communicator.hpp"

namespace terramask {
namespace {

class OneRank final : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  int local_rank() const override { return 0; }
  int local_size() const override { return 1; }
  int fair_threads() const override {
    const auto cores = cluster::allowed_cores();
    return cluster::fair_share(cores, cores, 1);
  }
  void sum(std::span<float> /*values*/) override {}
  void sum(std::span<double> /*values*/) override {}
  void sum(std::span<std::uint64_t> /*values*/) override {}
  void broadcast(std::span<std::byte> /*bytes*/, int /*from*/) override {}
  void barrier() override {}

  void send(int /*to*/, int tag, std::string_view bytes) override {
    {
      const std::lock_guard lock(mutex_);
      messages_.push_back({0, tag, std::string(bytes)});
    }
    arrived_.notify_one();
  }

  std::optional<RankMessage> receive(std::chrono::milliseconds timeout) override {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, timeout, [this] { return !messages_.empty(); })) return std::nullopt;
    std::optional<RankMessage> message = std::move(messages_.front());
    messages_.pop_front();
    return message;
  }

  [[noreturn]] void abort(int status, const std::string& message,
                          void (*tell)(const std::string& message)) override {
    tell(message);
    std::_Exit(status);
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<RankMessage> messages_;  ///< to itself
};

}  // namespace

std::unique_ptr<Communicator> one_rank() {
  return std::make_unique<OneRank>();
}

}  // namespace terramask
