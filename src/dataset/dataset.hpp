// Everything between a project file and pixels with labels.
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
  /// Memory for decoded imagery and labels; images that do not fit are read from their files by windows. It
  /// changes no bit of what is read.
  std::uint64_t cache_bytes = std::uint64_t{1} << 30;
  ProgressSink progress{};         ///< phase "reading labels" in pixels; may be empty
  const StopFlag* stop = nullptr;  ///< may be null
  /// Whether a class or image that teaches nothing, and ground that holds no training, is refused (as
  /// training must); else it is a warning.
  bool strict = true;
};

/// Side of the cells in which the occurrence of classes is kept, in pixels of the working grid.
inline constexpr std::int64_t kCell = 32;

/// PartPixels by class in the cells of an image: only those of the training part, with a label, and valid.
struct CellIndex {
  std::int64_t columns = 0, rows = 0;
  /// classes × rows × columns; at most kCell²
  std::vector<std::uint16_t> training;
  /// rows × columns; bit p is set where part p has a labelled pixel, bit 4 + p where it has a valid one
  std::vector<std::uint8_t> parts;

  std::size_t cells() const { return parts.size(); }
  bool labelled(std::size_t cell, Part part) const {
    return (parts[cell] >> static_cast<int>(part) & 1) != 0;
  }
  bool visible(std::size_t cell, Part part) const {
    return (parts[cell] >> (4 + static_cast<int>(part)) & 1) != 0;
  }
};

/// PartPixels of a window as a part may see them.
struct PartPixels {
  std::vector<float> values;          ///< bands × height × width; 0 where not visible
  std::vector<std::uint8_t> visible;  ///< height × width: 1 where valid and of the part
  std::vector<std::uint16_t> labels;  ///< height × width: 0 where ignored, else 1 + the class's index
};

/// All images of a project with their labels, split into parts. What it holds does not change any more:
/// several threads may use it, each with a reader of its own.
class Dataset {
 public:
  /// Opens all, matches bands, lays the labels over the images and counts them: one pass over all labels and
  /// over the validity of all images.
  /// Throws mismatch for images whose bands differ, labels that lie elsewhere, label values that nothing
  /// explains (each with its count), a class that never occurs in the training part (unless under
  /// allow_missing), no valid training pixel; and what opening rasters throws.
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
  /// The grid pixels are read on, and the raster's name.
  const Grid& grid(std::size_t image) const;
  const std::string& name(std::size_t image) const;
  const CellIndex& cells(std::size_t image) const;
  /// Valid labelled pixels of a class in a part; valid pixels of a part, labelled or not.
  std::uint64_t count(Part part, std::size_t class_index) const;
  std::uint64_t labelled(Part part) const;
  std::uint64_t visible(Part part) const;
  /// Images held in memory, and the bytes they take.
  std::size_t cached_images() const;
  std::uint64_t cached_bytes() const;
  const std::vector<std::string>& warnings() const;

  /// Reads windows; not thread-safe: one a thread.
  class Reader {
   public:
    explicit Reader(const Dataset& dataset);
    ~Reader();
    Reader(Reader&&) noexcept;
    /// A window of an image's grid, which may reach outside: nothing is visible there.
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
