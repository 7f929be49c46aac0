#include "tiles/downloader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "terramask/error.hpp"

namespace terramask::tiles {
namespace {

using Kind = HttpAnswer::Kind;

constexpr double kFirstWait = 0.5, kLongestWait = 30, kMostPatience = 120;  // seconds
constexpr int kGivenUp = 10;

std::chrono::steady_clock::duration seconds(double value) {
  return std::chrono::duration_cast<std::chrono::steady_clock::duration>(
      std::chrono::duration<double>(value));
}

}  // namespace

Downloader::Downloader(Owner& owner, const DownloadOptions& options)
    : owner_(owner), options_(options), thread_({}, [this] { stop(); }) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  multi_.reset(curl_multi_init());
  if (!multi_) throw Error(ErrorCode::out_of_memory, "no transfer can be made: libcurl is out of memory");
  curl_multi_setopt(multi_.get(), CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(options_.connections));
  thread_.start([this] { run(); });
}

Downloader::~Downloader() {
  thread_.end();
  for (auto& [handle, transfer] : flying_) curl_multi_remove_handle(multi_.get(), handle);
}

void Downloader::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  curl_multi_wakeup(multi_.get());
}

void Downloader::check() const {
  try {
    thread_.check();
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::out_of_memory, "out of memory while tiles were fetched" + memory_limit_note());
  }
}

void Downloader::add(std::span<const TileAddress> addresses, bool urgent) {
  {
    const std::lock_guard lock(mutex_);
    queue_.insert(urgent ? queue_.begin() : queue_.end(), addresses.begin(), addresses.end());
  }
  curl_multi_wakeup(multi_.get());
}

std::optional<Downloader::Fetch> Downloader::next(Clock::time_point now) {
  if (now < not_before_ || flying_.size() >= static_cast<std::size_t>(options_.connections))
    return std::nullopt;
  if (!later_.empty() && later_.begin()->first <= now) {
    const Fetch fetch = later_.begin()->second;
    later_.erase(later_.begin());
    return fetch;
  }
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) return std::nullopt;
  const Fetch fetch{queue_.front()};
  queue_.pop_front();
  return fetch;
}

bool Downloader::begin(const Fetch& fetch) {
  const std::optional<HttpRequest> request = owner_.prepare(fetch.address, fetch.attempts > 0);
  if (!request) return false;
  if (failed_in_a_row_ >= kGivenUp) {
    finish(fetch.address,
           {.kind = Kind::failed,
            .cause = fmt::format("not asked for: {} tiles in a row had failed ({})", kGivenUp, last_cause_)});
    return false;
  }
  // Creating a new one each time costs nothing: connections belong to the multi handle.
  auto transfer = std::make_unique<HttpTransfer>(options_.user_agent);
  transfer->begin(*request);
  CURL* handle = transfer->handle();
  flying_.emplace(handle, std::pair{std::move(transfer), fetch});
  curl_multi_add_handle(multi_.get(), handle);
  ++requests_;
  if (fetch.attempts > 0) ++repeated_;
  if (options_.rate > 0) not_before_ = std::max(not_before_, Clock::now()) + seconds(1 / options_.rate);
  return true;
}

void Downloader::finish(const TileAddress& address, HttpAnswer answer) {
  if (answer.kind == Kind::failed) {
    ++failed_in_a_row_;
    if (failed_in_a_row_ <= kGivenUp) last_cause_ = answer.cause;
  } else {
    failed_in_a_row_ = 0;
  }
  owner_.done(address, std::move(answer));
}

void Downloader::settle(Fetch fetch, HttpAnswer answer) {
  if (answer.kind == Kind::bytes) {
    if (const std::string fault = owner_.check(answer.bytes); !fault.empty()) {
      answer.kind = Kind::again;
      answer.cause = fault;
      const bool told = answer.content_type.empty() || answer.content_type.starts_with("image/");
      if (!told) answer.cause += fmt::format(" (sent as {})", answer.content_type);
    }
  }
  if (answer.kind != Kind::again) {
    finish(fetch.address, std::move(answer));
    return;
  }
  ++fetch.attempts;
  const double spread = std::uniform_real_distribution<double>(0.5, 1.5)(chance_);
  const double own = std::min(kLongestWait, kFirstWait * std::pow(2.0, fetch.attempts - 1)) * spread;
  const double wait = std::max(own, answer.wait_s);
  if (fetch.attempts > options_.retries || answer.wait_s > kMostPatience) {
    answer.kind = Kind::failed;
    if (answer.wait_s > kMostPatience) answer.cause += fmt::format(", asks to wait {:.0f} s", answer.wait_s);
    if (fetch.attempts > 1) answer.cause += fmt::format(" ({} attempts)", fetch.attempts);
    finish(fetch.address, std::move(answer));
    return;
  }
  const auto when = Clock::now() + seconds(wait);
  if (answer.slow_down) not_before_ = std::max(not_before_, when);
  later_.emplace(when, fetch);
}

void Downloader::land() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* handle = message->easy_handle;
    const CURLcode result = message->data.result;
    curl_multi_remove_handle(multi_.get(), handle);
    auto landed = flying_.extract(handle);
    auto& [transfer, fetch] = landed.mapped();
    settle(fetch, transfer->finish(result));
  }
}

int Downloader::wait_ms(Clock::time_point now) const {
  auto until = now + std::chrono::seconds(1);
  if (flying_.size() < static_cast<std::size_t>(options_.connections)) {
    bool queued = false;
    {
      const std::lock_guard lock(mutex_);
      queued = !queue_.empty();
    }
    if (queued) until = std::min(until, not_before_);
    if (!later_.empty()) until = std::min(until, std::max(not_before_, later_.begin()->first));
  }
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(until - now).count();
  return static_cast<int>(std::clamp<std::int64_t>(wait + 1, 0, 1000));
}

void Downloader::run() {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stop_) return;
    }
    while (const auto fetch = next(Clock::now())) begin(*fetch);
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    land();
    curl_multi_poll(multi_.get(), nullptr, 0, wait_ms(Clock::now()), nullptr);
  }
}

}  // namespace terramask::tiles
