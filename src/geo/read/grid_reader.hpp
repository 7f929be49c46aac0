// The common interface of readers: bands and validity on a grid.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "terramask/grid.hpp"

namespace terramask::geo {

/// Planes of floats, one per band, each height × width of the window read. A reader of some of the bands
/// writes only its own planes.
struct Planes {
  float* base = nullptr;
  std::size_t stride = 0;  ///< floats from one plane to the next

  float* plane(std::size_t i) const { return base + i * stride; }
};

/// The plane that a band of a file is read into.
struct BandSlot {
  int band = 1;  ///< 1-based, in the file
  std::size_t plane = 0;
};

class GridReader {
 public:
  virtual ~GridReader() = default;
  /// Reads a window inside the grid. Clears `valid` where a band it reads is invalid and leaves it unchanged
  /// elsewhere. A pixel's values do not depend on the window.
  virtual void read(const Window& window, Planes planes, std::span<std::uint8_t> valid) = 0;
  /// Announces that this window will be read soon, so that network requests can start.
  virtual void advise(const Window&) {}
  /// Whether `read` never clears `valid`: known from the file's metadata, not from its pixels.
  virtual bool always_valid() const = 0;
};

inline std::size_t pixels(const Window& window) {
  return static_cast<std::size_t>(window.width) * static_cast<std::size_t>(window.height);
}

/// A window split in two across its longer side.
inline std::array<Window, 2> halves(const Window& window) {
  Window first = window, second = window;
  if (window.width >= window.height) {
    first.width = window.width / 2;
    second.x += first.width;
    second.width -= first.width;
  } else {
    first.height = window.height / 2;
    second.y += first.height;
    second.height -= first.height;
  }
  return {first, second};
}

}  // namespace terramask::geo
