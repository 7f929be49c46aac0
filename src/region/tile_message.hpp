// Messages between ranks about tiles, as bytes.
#pragma once

#include <string>

#include "region/dispatcher.hpp"
#include "region/worker.hpp"

namespace terramask::region {

/// Tags of messages. A rank asks for tiles, more than one ahead, so that it never waits for an answer.
enum class TileTag : int {
  want = 100,  ///< to rank 0: one more tile, please
  tile,        ///< from rank 0: a tile; empty: there are no more
  done,
  failed,  ///< a tile and why
  released,
  ended,  ///< to rank 0: all that was handed out is accounted for; the rank's times
};

std::string to_bytes(const JournalTile& tile);
JournalTile tile_from(const std::string& bytes);

struct FailedTileMessage {
  JournalTile tile;
  ErrorCode code = ErrorCode::internal;
  std::string cause;
};
std::string to_bytes(const FailedTileMessage& message);
FailedTileMessage failed_from(const std::string& bytes);

std::string to_bytes(const WorkTimes& times);
WorkTimes times_from(const std::string& bytes);

/// The sources as rank 0 found them.
std::string to_bytes(const std::vector<JournalSource>& sources);
std::vector<JournalSource> sources_from(const std::string& bytes);

}  // namespace terramask::region
