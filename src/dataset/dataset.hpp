// Reads a project's images and labels.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dataset/project.hpp"
#include "dataset/split.hpp"
#include "terramask/progress.hpp"
#include "terramask/raster_reader.hpp"

namespace terramask {

struct DatasetOptions {
  /// Memory for decoded imagery and labels; images that do not fit are read from their files by windows. Does
  /// not affect the values read.
  std::uint64_t cache_bytes = std::uint64_t{1} << 30;
  ProgressSink progress{};         ///< phase "reading labels" in pixels; may be empty
  const StopFlag* stop = nullptr;  ///< may be null
  /// Whether it is an error (as training requires) or a warning if a class or image has nothing to train on,
  /// or if there is no training ground.
  bool strict = true;
};

/// Side of the cells for which the occurrence of classes is stored, in pixels of the working grid.
inline constexpr std::int64_t kCell = 32;

/// Pixel counts by class in the cells of an image: only valid, labelled pixels of the training part.
struct CellIndex {
  std::int64_t columns = 0, rows = 0;
  /// classes × rows × columns; at most kCell²
  std::vector<std::uint16_t> training;
  /// rows × columns; bit p is set if part p has a labelled pixel, bit 4 + p if it has a valid one
  std::vector<std::uint8_t> parts;

  std::size_t cells() const { return parts.size(); }
  bool labelled(std::size_t cell, Part part) const {
    return (parts[cell] >> static_cast<int>(part) & 1) != 0;
  }
  bool visible(std::size_t cell, Part part) const {
    return (parts[cell] >> (4 + static_cast<int>(part)) & 1) != 0;
  }
};

/// Pixels of a window as visible to a part.
struct PartPixels {
  std::vector<float> values;          ///< bands × height × width; 0 if not visible
  std::vector<std::uint8_t> visible;  ///< height × width: 1 if valid and in the part
  std::vector<std::uint16_t> labels;  ///< height × width: 0 if ignored, else 1 + the class index
};

/// All images of a project with their labels, split into parts. Immutable after construction: several threads
/// may use it, each with its own reader.
class Dataset {
 public:
  /// Opens all images, matches bands, aligns the labels with the images and counts them: one pass over all
  /// labels and over the validity of all images.
  /// Throws mismatch for images with different bands, labels that do not overlap their image, unmapped label
  /// values (each with its count), a class that never occurs in the training part (unless listed in
  /// allow_missing), or no valid training pixel; and the errors of opening rasters.
  Dataset(const Project& project, const DatasetOptions& options);
  ~Dataset();
  Dataset(const Dataset&) = delete;
  Dataset& operator=(const Dataset&) = delete;

  const Project& project() const;
  /// Names and types, in the order of the values read.
  const std::vector<BandRequest>& bands() const;
  const std::vector<ClassInfo>& classes() const;
  const Split& split() const;
  std::size_t images() const;
  /// The working grid and the raster's name.
  const Grid& grid(std::size_t image) const;
  const std::string& name(std::size_t image) const;
  const CellIndex& cells(std::size_t image) const;
  /// Valid labelled pixels of a class in a part; labelled and valid pixels of a part.
  std::uint64_t count(Part part, std::size_t class_index) const;
  std::uint64_t labelled(Part part) const;
  std::uint64_t visible(Part part) const;
  /// Number of images held in memory, and their size in bytes.
  std::size_t cached_images() const;
  std::uint64_t cached_bytes() const;
  const std::vector<std::string>& warnings() const;

  /// Reads windows. Not thread-safe: use one per thread.
  class Reader {
   public:
    explicit Reader(const Dataset& dataset);
    ~Reader();
    Reader(Reader&&) noexcept;
    /// Reads a window of an image's grid. It may extend beyond the image; nothing is visible there.
    void read(std::size_t image, const Window& window, Part part, PartPixels& pixels);

   private:
    struct State;
    std::unique_ptr<State> state_;
  };

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace terramask
