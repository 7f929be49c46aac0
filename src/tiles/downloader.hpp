// The download thread: limits its rate, runs several requests at a time, and retries.
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
  double rate = 0;  ///< requests per second; 0: no limit
  int connections = 2;
  double timeout_s = 30;
  int retries = 4;
  std::string user_agent;
};

/// Requests are started in the order in which they were added, urgent ones first. A request that fails
/// temporarily is retried after 0.5 s, 1 s, 2 s, ... (× 0.5 to 1.5 at random, at most 30 s), or after the
/// time that the server specifies (at most two minutes; a longer one counts as failure); after 429 and 503
/// all requests wait. After ten consecutive tiles have finally failed, no more are requested: the server is
/// assumed to be out of order.
class Downloader {
 public:
  struct Owner {
    virtual ~Owner() = default;
    /// Returns the request, immediately before it is sent; nothing if the tile has arrived or has already
    /// been requested. Called from the thread.
    /// @param again  this is a retry
    virtual std::optional<HttpRequest> prepare(const TileAddress& address, bool again) = 0;
    /// Returns empty if the bytes are a complete image, else the fault. Called from the thread.
    virtual std::string check(const std::string& bytes) = 0;
    /// The final result, never `again`. Called from the thread.
    virtual void done(const TileAddress& address, HttpAnswer answer) = 0;
  };

  /// Throws NoThread.
  /// @param owner  must outlive this
  Downloader(Owner& owner, const DownloadOptions& options);
  /// Aborts transfers in progress.
  ~Downloader();
  Downloader(const Downloader&) = delete;
  Downloader& operator=(const Downloader&) = delete;

  /// A tile may be added again to request it sooner.
  void add(std::span<const TileAddress> addresses, bool urgent);
  /// Throws if the thread has ended, so that added tiles will not arrive.
  void check() const;
  std::uint64_t requests() const { return requests_; }
  std::uint64_t repeated() const { return repeated_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Fetch {
    TileAddress address;
    int attempts = 0;
  };
  struct Cleanup {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  void stop();
  void run();
  std::optional<Fetch> next(Clock::time_point now);
  bool begin(const Fetch& fetch);
  void land();
  void settle(Fetch fetch, HttpAnswer answer);
  void finish(const TileAddress& address, HttpAnswer answer);
  int wait_ms(Clock::time_point now) const;

  Owner& owner_;
  DownloadOptions options_;
  std::unique_ptr<CURLM, Cleanup> multi_;
  std::map<CURL*, std::pair<std::unique_ptr<HttpTransfer>, Fetch>> flying_;
  std::multimap<Clock::time_point, Fetch> later_;
  Clock::time_point not_before_{};  ///< due to the rate, or to servers that request a delay
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
