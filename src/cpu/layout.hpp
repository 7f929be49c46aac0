// How values lie in memory on the CPU: in blocks of channels, from the first convolution to the last.
#pragma once

#include <cstdint>
#include <vector>

#include "terramask/graph.hpp"

namespace terramask::cpu {

/// Channels that lie beside each other, by ValueId: `native` (16 with AVX-512, 8 below: oneDNN's nChw16c,
/// nChw8c) where a value's channels are a multiple of it, else 1 (plain NCHW). Blocks never need padding, so
/// every value has its dense size. Values that a node reads and writes channel by channel have one layout,
/// as have the parts of a concatenation: for one image they then stand in its result as they are.
std::vector<int> choose_blocks(const Graph& graph, int native);

/// Dense N × C × H × W elements of 4 bytes into blocks, and back.
void to_blocks(const Shape& shape, int block, const void* plain, void* blocked);
void from_blocks(const Shape& shape, int block, const void* blocked, void* plain);

}  // namespace terramask::cpu
