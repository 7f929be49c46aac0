// Tiles of a server, from the cache or downloaded.
#pragma once

#include <condition_variable>
#include <deque>
#include <unordered_map>

#include "tiles/downloader.hpp"
#include "tiles/open_source.hpp"
#include "tiles/tile_cache.hpp"
#include "tiles/tile_template.hpp"

namespace terramask::tiles {

/// A cached tile is not requested again before it expires: after the server's max-age, but at least seven
/// days (one day for missing tiles). It is then revalidated; if that fails, the old tile is used and this is
/// reported.
class ServerSource final : public TileSource, private Downloader::Owner {
 public:
  /// Throws usage (invalid URL), and the errors of TileCache.
  ServerSource(const SourceName& name, const TileSettings& settings, ImageCheck check);

  Tile read(const TileAddress& address) override;
  void want(std::span<const TileAddress> addresses) override;
  std::optional<TileAddress> example(int zoom, const TileRange& range) const override;
  void report(TileReport& report) const override;

 private:
  enum class State : std::uint8_t { queued, flying, settled, missing, failed };
  struct Status {
    State state = State::queued;
    std::string cause;
  };

  std::optional<HttpRequest> prepare(const TileAddress& address, bool again) override;
  std::string check(const std::string& bytes) override { return check_(bytes); }
  void done(const TileAddress& address, HttpAnswer answer) override;

  std::optional<CachedTile> look_up(const TileAddress& address) const;
  void keep(const TileAddress& address, const CachedTile& tile);
  /// Requests the tile, if not yet requested, and waits for the result.
  Status await(const TileAddress& address);
  void settle(const TileAddress& address, Status status);
  void remember(const TileAddress& address, std::string bytes);
  std::optional<Tile> from_cache(const TileAddress& address);

  TileTemplate template_;
  TileTemplate::Options fill_;
  TileSettings settings_;
  ImageCheck check_;
  std::unique_ptr<TileCache> cache_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<std::uint64_t, Status> statuses_;
  /// The most recently received tiles, for waiting readers, and in case the cache cannot store them.
  std::unordered_map<std::uint64_t, std::string> recent_;
  std::deque<std::uint64_t> recent_order_;
  std::size_t recent_bytes_ = 0;
  std::string cache_fault_;
  std::uint64_t stale_ = 0, bytes_ = 0;
  std::unique_ptr<Downloader> downloader_;  ///< last, as its thread uses the above; null: offline
};

}  // namespace terramask::tiles
