// The thread that asks a server for tiles: politely, several at a time, and again where it helps.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <span>
#include <vector>

#include "core/team.hpp"
#include "terramask/progress.hpp"
#include "tiles/address.hpp"
#include "tiles/http_transfer.hpp"

namespace terramask::tiles {

struct DownloadOptions {
  double rate = 0;  ///< requests a second; 0: no limit
  int connections = 2;
  double timeout_s = 30;
  int retries = 4;
  std::string user_agent;
};

/// Requests are begun in the order they were asked for, urgent ones first. One that fails in a way that may
/// pass is begun again after 0.5 s, 1 s, 2 s, ... (× 0.5 to 1.5 by chance, at most 30 s), or after what the
/// server asks for (at most two minutes; longer counts as failed); after 429 and 503 all requests wait. After
/// ten tiles in a row that failed in the end no more are asked for: the server is taken to be out of order.
class Downloader {
 public:
  struct Owner {
    virtual ~Owner() = default;
    /// What to ask for, just before it is: nothing where the tile is there by now, or asked for already.
    /// Called from the thread.
    /// @param again  a further attempt
    virtual std::optional<HttpRequest> prepare(const TileAddress& address, bool again) = 0;
    /// Empty where the bytes are a whole image; else what is wrong. Called from the thread.
    virtual std::string check(const std::string& bytes) = 0;
    /// The end of it: never `again`. Called from the thread.
    virtual void done(const TileAddress& address, HttpAnswer answer) = 0;
  };

  /// Throws NoThread.
  /// @param owner  outlives this
  Downloader(Owner& owner, const DownloadOptions& options);
  /// Breaks off what is under way.
  ~Downloader();
  Downloader(const Downloader&) = delete;
  Downloader& operator=(const Downloader&) = delete;

  /// A tile may be added twice, to be asked for sooner.
  void add(std::span<const TileAddress> addresses, bool urgent);
  /// Throws where the thread has ended, so that nothing will come of what was added.
  void check() const;
  std::uint64_t requests() const { return requests_; }
  std::uint64_t repeated() const { return repeated_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Request {
    TileAddress address;
    int attempts = 0;
  };
  struct Cleanup {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  void stop();
  void run();
  std::optional<Request> next(Clock::time_point now);
  bool begin(const Request& job);
  void land();
  void settle(Request job, HttpAnswer answer);
  void finish(const TileAddress& address, HttpAnswer answer);
  int wait_ms(Clock::time_point now) const;

  Owner& owner_;
  DownloadOptions options_;
  std::unique_ptr<CURLM, Cleanup> multi_;
  std::map<CURL*, std::pair<std::unique_ptr<HttpTransfer>, Request>> flying_;
  std::multimap<Clock::time_point, Request> later_;
  Clock::time_point not_before_{};  ///< of the rate, and of servers that ask to wait
  std::mt19937 chance_{std::random_device{}()};
  int failed_in_a_row_ = 0;
  std::string last_cause_;

  mutable std::mutex mutex_;
  std::deque<TileAddress> queue_;
  bool stop_ = false;
  std::atomic<std::uint64_t> requests_{0}, repeated_{0};
  Team thread_;
};

}  // namespace terramask::tiles
