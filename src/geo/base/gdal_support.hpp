// RAII handles for GDAL, and GDAL's error messages as terramask::Error.
#pragma once

#include <cpl_error.h>
#include <gdal_priv.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "terramask/error.hpp"

namespace terramask::geo {

/// Registers GDAL's drivers once. Every entry point of geo that opens a file calls it.
void ensure_gdal();

/// Collects GDAL's messages on this thread during its lifetime instead of printing them. Objects can be
/// nested; the innermost collects.
class GdalErrors {
 public:
  GdalErrors();
  ~GdalErrors();
  GdalErrors(const GdalErrors&) = delete;
  GdalErrors& operator=(const GdalErrors&) = delete;

  /// Whether an error (not only a warning) was reported.
  bool failed() const { return !failure_.empty(); }
  /// The first error on one line, else the first warning, else "".
  const std::string& text() const { return failure_.empty() ? warning_ : failure_; }
  const std::string& warning() const { return warning_; }
  /// Error number of the last error: CPLE_NoWriteAccess, CPLE_FileIO, ...
  CPLErrorNum number() const { return number_; }
  void clear();

  /// An Error "<name>: <doing>: <GDAL's message>; <remedy>"; `cancelled` if cancelling was the cause.
  Error error(ErrorCode code, std::string_view name, std::string_view doing,
              std::string_view remedy = {}) const;

 private:
  static void CPL_STDCALL collect(CPLErr severity, CPLErrorNum number, const char* message);
  void name_file(std::string_view message);  ///< if a later message names the file of the first

  std::string failure_;
  std::string warning_;
  CPLErrorNum number_ = CPLE_None;
  bool stopped_ = false;  ///< on request, while reading
};

/// Whether a message of GDAL reports a failed memory allocation, and so concerns no file.
bool is_want_of_memory(std::string_view gdal_text);

/// The GDAL data type of a mask's or a probability raster's pixels.
template <class T>
inline constexpr GDALDataType kGdalType = GDT_Unknown;
template <>
inline constexpr GDALDataType kGdalType<std::uint8_t> = GDT_Byte;
template <>
inline constexpr GDALDataType kGdalType<std::uint16_t> = GDT_UInt16;
template <>
inline constexpr GDALDataType kGdalType<float> = GDT_Float32;

/// Closing a dataset may write, and fail silently: call `close_checked` for datasets that were written.
struct DatasetCloser {
  void operator()(GDALDataset* dataset) const noexcept;
};
using DatasetPtr = std::unique_ptr<GDALDataset, DatasetCloser>;

/// Flushes and closes. Throws io with the errors that GDAL reported.
void close_checked(DatasetPtr dataset, std::string_view name);

}  // namespace terramask::geo
