// Assigns a region's tiles and receives their results: the journal of this process, or of another one.
#pragma once

#include <atomic>
#include <optional>

#include "region/journal.hpp"

namespace terramask::region {

/// Called from several threads.
class Dispatcher {
 public:
  virtual ~Dispatcher() = default;
  /// The next tile to be done; waits where one in flight may yet have to be done again; empty at the end,
  /// or once the work was given up.
  virtual std::optional<JournalTile> next() = 0;
  virtual void done(const JournalTile& tile) = 0;
  /// False where the work is to end.
  virtual bool failed(const JournalTile& tile, const Error& error) = 0;
  /// Given up for no fault of its own.
  virtual void released(const JournalTile& tile) = 0;

  /// Whether `next` is not to wait for tiles in flight, as an error has ended the work on them.
  void give_up(bool yes) { given_up_ = yes; }

 protected:
  std::atomic<bool> given_up_{false};
};

}  // namespace terramask::region
