// Where tiles come from.
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
  missing,  ///< there is none: nodata
  failed,   ///< there may be one, but it cannot be had; the cause is told
};

struct Tile {
  TileState state = TileState::missing;
  std::string bytes;  ///< of the image file
  std::string cause;  ///< why it failed
};

/// What became of every tile that was asked for, each counted once.
class TileLedger {
 public:
  enum class Entry : std::uint8_t { fetched, cached, local, missing, absent, failed };

  /// A later entry takes the place of an earlier one of the tile, except that `cached` never replaces
  /// `fetched`.
  void note(const TileAddress& address, Entry entry, const std::string& cause = {});
  /// Adds to the counts and the list of failed tiles.
  void report(TileReport& report) const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::map<std::uint64_t, std::string> causes_;
};

/// Tiles of one encoding or several. All calls may come from several threads at once.
class TileSource {
 public:
  TileSource() = default;
  TileSource(const TileSource&) = delete;
  TileSource& operator=(const TileSource&) = delete;
  virtual ~TileSource() = default;

  /// Waits until the tile is there, or known not to be. Throws cancelled.
  virtual Tile read(const TileAddress& address) = 0;
  /// Tells that these will be read soon, in this order.
  virtual void want(std::span<const TileAddress>) {}

  /// Zooms of which tiles are present, ascending; empty where the source cannot know.
  virtual std::vector<int> zooms() const { return {}; }
  /// The columns and rows that tiles are present in; nothing where the source cannot know.
  virtual std::optional<TileRange> extent(int) const { return std::nullopt; }
  /// Whether every tile of the other zooms has one of this zoom on its ground, as in a pyramid.
  virtual bool covers_others(int) const { return true; }
  /// A tile that is present, where the source knows one.
  virtual std::optional<TileAddress> example(int, const TileRange&) const { return std::nullopt; }

  virtual std::string attribution() const { return {}; }
  virtual std::string licence() const { return {}; }

  TileLedger& ledger() { return *ledger_; }
  /// Goes on with the ledger of another; before the first tile is read.
  void share_ledger(const TileSource& other) { ledger_ = other.ledger_; }
  /// Further things the user should know.
  virtual void report(TileReport& report) const { ledger_->report(report); }

 private:
  std::shared_ptr<TileLedger> ledger_ = std::make_shared<TileLedger>();
};

}  // namespace terramask::tiles
