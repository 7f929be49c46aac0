// Interface of tile sources.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "terramask/tiles.hpp"
#include "tiles/address.hpp"

namespace terramask::tiles {

enum class TileState : std::uint8_t {
  present,
  missing,  ///< does not exist: nodata
  failed,   ///< may exist but cannot be read; the cause is reported
};

struct Tile {
  TileState state = TileState::missing;
  std::string bytes;  ///< of the image file
  std::string cause;  ///< of the failure
};

/// The outcome of every requested tile, each counted once.
class TileLedger {
 public:
  enum class Entry : std::uint8_t { fetched, cached, local, missing, absent, failed };

  /// A later entry replaces an earlier one for the same tile, except that `cached` never replaces `fetched`.
  void note(const TileAddress& address, Entry entry, const std::string& cause = {});
  /// Adds to the counts and the list of failed tiles.
  void report(TileReport& report) const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::map<std::uint64_t, std::string> causes_;
};

/// Tiles of one or several encodings. Thread-safe.
class TileSource {
 public:
  TileSource() = default;
  TileSource(const TileSource&) = delete;
  TileSource& operator=(const TileSource&) = delete;
  virtual ~TileSource() = default;

  /// Waits until the tile is available, or known not to be. Throws cancelled.
  virtual Tile read(const TileAddress& address) = 0;
  /// Announces tiles that will be read soon, in this order.
  virtual void want(std::span<const TileAddress>) {}

  /// Zooms with tiles, ascending; empty if unknown to the source.
  virtual std::vector<int> zooms() const { return {}; }
  /// The columns and rows with tiles; empty if unknown to the source.
  virtual std::optional<TileRange> extent(int) const { return std::nullopt; }
  /// Whether every tile of the other zooms is covered by tiles of this zoom, as in a pyramid.
  virtual bool covers_others(int) const { return true; }
  /// An existing tile, if the source knows one.
  virtual std::optional<TileAddress> example(int, const TileRange&) const { return std::nullopt; }

  virtual std::string attribution() const { return {}; }
  virtual std::string licence() const { return {}; }

  TileLedger& ledger() { return *ledger_; }
  /// Continues with the ledger of another source; call it before the first tile is read.
  void share_ledger(const TileSource& other) { ledger_ = other.ledger_; }
  /// Adds what the user should know.
  virtual void report(TileReport& report) const { ledger_->report(report); }

 private:
  std::shared_ptr<TileLedger> ledger_ = std::make_shared<TileLedger>();
};

}  // namespace terramask::tiles
