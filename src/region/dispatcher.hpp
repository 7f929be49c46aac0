// Who hands out a region's tiles and hears what became of them: the journal of this process, or another one.
#pragma once

#include <optional>

#include "region/journal.hpp"

namespace terramask::region {

/// Called from several threads.
class Dispatcher {
 public:
  virtual ~Dispatcher() = default;
  /// The next tile to be done; waits where one in flight may yet have to be done again; empty at the end.
  virtual std::optional<JournalTile> next() = 0;
  virtual void done(const JournalTile& tile) = 0;
  /// False where the work is to end.
  virtual bool failed(const JournalTile& tile, const Error& error) = 0;
  /// Given up for no fault of its own.
  virtual void released(const JournalTile& tile) = 0;
};

}  // namespace terramask::region
