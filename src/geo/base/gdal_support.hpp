// GDAL held safely: handles that close themselves, and GDAL's error messages as terramask::Error.
#pragma once

#include <cpl_error.h>
#include <gdal_priv.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "terramask/error.hpp"

namespace terramask::geo {

/// Registers GDAL's drivers once; every entry to the geo room that opens something calls it.
void ensure_gdal();

/// Collects what GDAL reports on this thread while it lives, instead of letting it be printed. They nest; the
/// innermost collects.
class GdalErrors {
 public:
  GdalErrors();
  ~GdalErrors();
  GdalErrors(const GdalErrors&) = delete;
  GdalErrors& operator=(const GdalErrors&) = delete;

  /// Whether a failure (not a mere warning) was reported.
  bool failed() const { return !failure_.empty(); }
  /// The first failure in one line, else the first warning, else "".
  const std::string& text() const { return failure_.empty() ? warning_ : failure_; }
  const std::string& warning() const { return warning_; }
  /// errno-like detail of the last failure: CPLE_NoWriteAccess, CPLE_FileIO, ...
  CPLErrorNum number() const { return number_; }
  void clear();

  /// An Error "<name>: <doing>: <what GDAL said>; <remedy>"; `cancelled` where that is why it failed.
  Error error(ErrorCode code, std::string_view name, std::string_view doing,
              std::string_view remedy = {}) const;

 private:
  static void CPL_STDCALL collect(CPLErr severity, CPLErrorNum number, const char* message);
  void name_file(std::string_view message);  ///< where a later message says which file the first was about

  std::string failure_;
  std::string warning_;
  CPLErrorNum number_ = CPLE_None;
  bool stopped_ = false;  ///< on request, while reading
};

/// Whether a message of GDAL's is about memory that it did not get: then it is about no file.
bool is_want_of_memory(std::string_view gdal_text);

/// What GDAL calls the type of a mask's or a probability's pixels.
template <class T>
inline constexpr GDALDataType kGdalType = GDT_Unknown;
template <>
inline constexpr GDALDataType kGdalType<std::uint8_t> = GDT_Byte;
template <>
inline constexpr GDALDataType kGdalType<std::uint16_t> = GDT_UInt16;
template <>
inline constexpr GDALDataType kGdalType<float> = GDT_Float32;

/// Closing a dataset may write, and fail, without a word: who wrote it must `close_checked` it instead.
struct DatasetCloser {
  void operator()(GDALDataset* dataset) const noexcept;
};
using DatasetPtr = std::unique_ptr<GDALDataset, DatasetCloser>;

/// Flushes and closes; throws ErrorCode::io with what GDAL reported while doing so.
void close_checked(DatasetPtr dataset, std::string_view name);

}  // namespace terramask::geo
