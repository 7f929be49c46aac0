// Pictures of single blocks.
#pragma once

#include <string>

#include "labels/check/block_reader.hpp"

namespace terramask::labels {

/// Data URLs; `model` is empty where there is no prediction.
struct BlockPictures {
  std::string image, labels, model;
};

/// The image carries the outlines of the labels: as they are in magenta, and where the block's offset would
/// put them in cyan, if it is sure of any.
BlockPictures draw_block(BlockReader& reader, const CheckReport& report, const BlockCheck& block);

}  // namespace terramask::labels
