// A set of ids that come in order, in little memory.
#pragma once

#include <cstdint>
#include <vector>

namespace terramask::labels {

/// Differences as bytes of seven bits each, in blocks: about 1.3 bytes for each id of a dense extract.
class IdSet {
 public:
  /// @param id above all that were added before
  void add(std::uint64_t id);
  bool contains(std::uint64_t id) const;
  std::uint64_t size() const { return size_; }
  std::uint64_t bytes() const { return differences_.size() + blocks_.size() * sizeof(Block); }

 private:
  static constexpr std::uint64_t kBlock = 64;
  struct Block {
    std::uint64_t first = 0;
    std::uint64_t begin = 0;  ///< of its differences
  };
  std::vector<Block> blocks_;
  std::vector<std::uint8_t> differences_;
  std::uint64_t last_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace terramask::labels
