#include "tiles/server_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>

#include "terramask/error.hpp"
#include "tiles/redact.hpp"

namespace terramask::tiles {
namespace {

constexpr std::int64_t kDay = 86400, kLeastLife = 7 * kDay;
constexpr std::size_t kRecentBytes = std::size_t{64} << 20U;

std::int64_t now() {
  return static_cast<std::int64_t>(std::time(nullptr));
}

/// "tiles.example.org", for a URL whose placeholders are filled in.
std::string host_of(const std::string& url, const std::string& shown) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parts(curl_url(), curl_url_cleanup);
  char* host = nullptr;
  if (parts && curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK &&
      curl_url_get(parts.get(), CURLUPART_HOST, &host, 0) == CURLUE_OK && host != nullptr) {
    std::string found(host);
    curl_free(host);
    return found;
  }
  throw Error(ErrorCode::usage, without_secrets(shown) + ": not an address",
              "write it as https://HOST/{z}/{x}/{y}.png");
}

bool this_machine(const std::string& host) {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

DownloadOptions download_options(const TileSettings& settings, const std::string& host) {
  const bool own = this_machine(host);
  return {.rate = settings.rate.value_or(own ? 0 : 10),
          .connections = settings.connections.value_or(own ? 8 : 2),
          .timeout_s = settings.timeout_s,
          .retries = settings.retries,
          .user_agent = fmt::format("terramask/{} libcurl/{}", TERRAMASK_VERSION,
                                    curl_version_info(CURLVERSION_NOW)->version)};
}

}  // namespace

ServerSource::ServerSource(const SourceName& name, const TileSettings& settings, ImageCheck check)
    : template_(name.location),
      fill_{.subdomains = name.subdomains, .retina = name.tile_size == 512},
      settings_(settings),
      check_(std::move(check)) {
  const std::string host = host_of(template_.fill({0, 0, 0}, fill_), name.location);
  std::string identity = without_secrets(name.location);
  if (template_.has("r") && fill_.retina) identity += " @2x";
  const std::string path = cache_path(settings, host, identity);
  std::error_code failed;
  if (settings.offline && (path.empty() || !std::filesystem::exists(path, failed)))
    throw Error(ErrorCode::not_found,
                fmt::format("xyz:{}: offline, and nothing of it was ever fetched (there is no {})",
                            without_secrets(name.location), path),
                "name the cache with `tile_cache`, or leave `offline` out once");
  cache_ = std::make_unique<TileCache>(path, identity, settings.offline, settings.cache_bytes, settings.stop);
  Downloader::Owner& owner = *this;
  if (!settings.offline) downloader_ = std::make_unique<Downloader>(owner, download_options(settings, host));
}

std::optional<CachedTile> ServerSource::look_up(const TileAddress& address) const {
  try {
    return cache_->find(address);
  } catch (const Error&) {
    return std::nullopt;  // unreadable tiles are fetched
  }
}

void ServerSource::keep(const TileAddress& address, const CachedTile& tile) {
  try {
    cache_->keep(address, tile);
  } catch (const Error& error) {
    const std::lock_guard lock(mutex_);
    if (cache_fault_.empty()) cache_fault_ = error.what();
  }
}

void ServerSource::remember(const TileAddress& address, std::string bytes) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t key = packed(address);
  recent_bytes_ += bytes.size();
  bytes_ += bytes.size();
  recent_[key] = std::move(bytes);
  recent_order_.push_back(key);
  while (recent_bytes_ > kRecentBytes && recent_order_.size() > 1) {
    const auto oldest = recent_.find(recent_order_.front());
    recent_order_.pop_front();
    if (oldest == recent_.end()) continue;
    recent_bytes_ -= oldest->second.size();
    recent_.erase(oldest);
  }
}

void ServerSource::settle(const TileAddress& address, Status status) {
  {
    const std::lock_guard lock(mutex_);
    statuses_[packed(address)] = std::move(status);
  }
  changed_.notify_all();
}

std::optional<HttpRequest> ServerSource::prepare(const TileAddress& address, bool again) {
  {
    const std::lock_guard lock(mutex_);
    Status& status = statuses_[packed(address)];
    if (!again && status.state != State::queued) return std::nullopt;
    status.state = State::flying;
  }
  HttpRequest request{.url = template_.fill(address, fill_), .timeout_s = settings_.timeout_s};
  // Another process may have fetched it in the meantime.
  if (const auto cached = look_up(address)) {
    if (cached->expires > now()) {
      settle(address, {cached->missing ? State::missing : State::settled, {}});
      return std::nullopt;
    }
    request.etag = cached->etag;
    request.last_modified = cached->last_modified;
  }
  return request;
}

void ServerSource::done(const TileAddress& address, HttpAnswer answer) {
  using Kind = HttpAnswer::Kind;
  using Entry = TileLedger::Entry;
  const std::int64_t until = now() + std::max(kLeastLife, static_cast<std::int64_t>(answer.lifetime_s));
  switch (answer.kind) {
    case Kind::bytes:
      keep(address, {false, answer.bytes, answer.etag, answer.last_modified, until});
      remember(address, std::move(answer.bytes));
      ledger().note(address, Entry::fetched);
      settle(address, {State::settled, {}});
      return;
    case Kind::unchanged:
      try {
        cache_->renew(address, until);
      } catch (const Error&) {  // NOLINT(bugprone-empty-catch): it is requested again next time
      }
      ledger().note(address, Entry::cached);
      settle(address, {State::settled, {}});
      return;
    case Kind::missing:
      keep(address, {.missing = true, .bytes = {}, .etag = {}, .last_modified = {}, .expires = now() + kDay});
      ledger().note(address, Entry::missing);
      settle(address, {State::missing, {}});
      return;
    case Kind::again:
    case Kind::failed:
      break;
  }
  const auto old = look_up(address);
  if (old && !old->missing) {
    {
      const std::lock_guard lock(mutex_);
      ++stale_;
    }
    ledger().note(address, Entry::cached);
    settle(address, {State::settled, {}});
    return;
  }
  ledger().note(address, Entry::failed, answer.cause);
  settle(address, {State::failed, answer.cause});
}

void ServerSource::want(std::span<const TileAddress> addresses) {
  if (!downloader_) return;
  std::vector<TileAddress> fresh;
  {
    const std::lock_guard lock(mutex_);
    for (const TileAddress& address : addresses)
      if (statuses_.try_emplace(packed(address)).second) fresh.push_back(address);
  }
  if (!fresh.empty()) downloader_->add(fresh, false);
}

std::optional<Tile> ServerSource::from_cache(const TileAddress& address) {
  const auto cached = look_up(address);
  if (!cached) return std::nullopt;
  const auto entry = cached->missing ? TileLedger::Entry::missing : TileLedger::Entry::cached;
  ledger().note(address, entry);
  return Tile{cached->missing ? TileState::missing : TileState::present, cached->bytes, {}};
}

ServerSource::Status ServerSource::await(const TileAddress& address) {
  const std::uint64_t key = packed(address);
  std::unique_lock lock(mutex_);
  if (statuses_[key].state == State::queued) {
    // Tiles that a reader waits for have priority, even if already queued.
    lock.unlock();
    downloader_->add(std::span(&address, 1), true);
    lock.lock();
  }
  const auto open = [&] {
    const State state = statuses_[key].state;
    return state == State::queued || state == State::flying;
  };
  while (open()) {
    changed_.wait_for(lock, std::chrono::milliseconds(50));
    if (settings_.stop != nullptr) settings_.stop->check();
    downloader_->check();
  }
  return statuses_[key];
}

Tile ServerSource::read(const TileAddress& address) {
  if (settings_.stop != nullptr) settings_.stop->check();
  if (!downloader_) {
    if (auto tile = from_cache(address)) return *tile;
    ledger().note(address, TileLedger::Entry::absent);
    return {};
  }
  // Two rounds: a tile evicted from memory before it was read is fetched again if the cache cannot store it.
  for (int round = 0; round < 2; ++round) {
    const Status status = await(address);
    if (status.state == State::missing) {
      ledger().note(address, TileLedger::Entry::missing);
      return {};
    }
    if (status.state == State::failed) return {TileState::failed, {}, status.cause};
    {
      const std::lock_guard lock(mutex_);
      const auto recent = recent_.find(packed(address));
      if (recent != recent_.end()) return {TileState::present, recent->second, {}};
    }
    if (auto tile = from_cache(address)) return *tile;
    const std::lock_guard lock(mutex_);
    statuses_.erase(packed(address));
  }
  const std::string cause = "was fetched, but the cache did not keep it";
  ledger().note(address, TileLedger::Entry::failed, cause);
  return {TileState::failed, {}, cause};
}

std::optional<TileAddress> ServerSource::example(int zoom, const TileRange& range) const {
  try {
    return cache_->example(zoom, range);
  } catch (const Error&) {
    return std::nullopt;
  }
}

void ServerSource::report(TileReport& report) const {
  TileSource::report(report);
  const std::lock_guard lock(mutex_);
  if (stale_ > 0)
    report.notes.push_back(
        fmt::format("{} tiles have expired, and the server did not answer: the old ones were taken", stale_));
  if (!cache_fault_.empty()) report.notes.push_back("fetched tiles could not be kept: " + cache_fault_);
  if (downloader_ && downloader_->repeated() > 0)
    report.notes.push_back(
        fmt::format("{} requests, {} of them again", downloader_->requests(), downloader_->repeated()));
}

}  // namespace terramask::tiles
