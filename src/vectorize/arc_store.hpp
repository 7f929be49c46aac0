// Finished arcs on disk, until the regions on both their sides are whole.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vectorize/arc.hpp"

namespace terramask::vectors {

/// A scratch file without a name: it goes with the object, or with the process.
class ArcStore {
 public:
  /// @param path  of the scratch file; @param output  is named where it cannot be written
  ArcStore(const std::string& path, std::string output);
  ~ArcStore();
  ArcStore(const ArcStore&) = delete;
  ArcStore& operator=(const ArcStore&) = delete;

  /// @return the place to read it from. Kept in memory until `flush`.
  std::uint64_t add(const Arc& arc);
  void flush();
  Arc read(std::uint64_t place) const;
  std::uint64_t bytes() const { return flushed_ + tail_.size(); }

 private:
  void copy(std::uint64_t place, void* to, std::size_t bytes) const;

  std::string output_;
  int file_ = -1;
  std::uint64_t flushed_ = 0;
  std::vector<std::uint8_t> tail_;
};

}  // namespace terramask::vectors
