// Tiles of a server: from the cache, else fetched.
#pragma once

#include <condition_variable>
#include <deque>
#include <unordered_map>

#include "tiles/downloader.hpp"
#include "tiles/open_source.hpp"
#include "tiles/tile_cache.hpp"
#include "tiles/tile_template.hpp"

namespace terramask::tiles {

/// A tile that is in the cache is not asked for before it expires: after the server's max-age, but never
/// before seven days (missing ones: a day). Then it is asked whether it has changed; where that fails the old
/// one is taken, and told.
class ServerSource final : public TileSource, private Downloader::Owner {
 public:
  /// Throws usage (the address), and what TileCache throws.
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
  /// Asks for the tile, where nobody has, and waits for what comes of it.
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
  /// The last tiles that came, for the one who waits for them, and where the cache takes none.
  std::unordered_map<std::uint64_t, std::string> recent_;
  std::deque<std::uint64_t> recent_order_;
  std::size_t recent_bytes_ = 0;
  std::string cache_fault_;
  std::uint64_t stale_ = 0, bytes_ = 0;
  std::unique_ptr<Downloader> downloader_;  ///< last: its thread uses all of the above; null: offline
};

}  // namespace terramask::tiles
