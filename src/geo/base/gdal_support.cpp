#include "geo/base/gdal_support.hpp"

#include <cpl_conv.h>
#include <fmt/format.h>
#include <gdal.h>
#include <tiffio.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>

#include "core/process_limits.hpp"
#include "terramask/gdal.hpp"

namespace terramask {

void configure_gdal(std::uint64_t cache_bytes) {
  geo::ensure_gdal();
  if (cache_bytes != 0) GDALSetCacheMax64(static_cast<GIntBig>(cache_bytes));
}

namespace geo {
namespace {

std::atomic<void (*)(const char*)> before_gdal_ends{nullptr};

void tell_of_end(CPLErr severity, const char* message) {
  if (severity != CE_Fatal) return;
  if (auto* const end = before_gdal_ends.load(); end != nullptr) end(message);
}

void CPL_STDCALL be_quiet(CPLErr severity, CPLErrorNum number, const char* message) {
  tell_of_end(severity, message);
  CPLQuietErrorHandler(severity, number, message);
}

std::string one_line(const char* message) {
  std::string line(message == nullptr ? "" : message);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  while (!line.empty() && (line.back() == ' ' || line.back() == '.')) line.pop_back();
  return line.empty() ? "unknown cause" : line;
}

/// GDAL begins many messages with the path, which our messages already contain.
std::string without_prefix(std::string text, std::string_view name) {
  if (!name.empty() && text.rfind(name, 0) == 0) {
    std::size_t begin = name.size();
    while (begin < text.size() && (text[begin] == ':' || text[begin] == ' ' || text[begin] == ',')) ++begin;
    text.erase(0, begin);
  }
  return text;
}

}  // namespace

void ensure_gdal() {
  static std::once_flag once;
  std::call_once(once, [] {
    // libtiff prints errors in addition to passing them to GDAL, which reports them.
    TIFFSetErrorHandler(nullptr);
    TIFFSetWarningHandler(nullptr);
    GDALAllRegister();
    // GDAL's worker threads have no collector: their messages would be printed.
    CPLSetErrorHandler(be_quiet);
  });
}

GdalErrors::GdalErrors() {
  CPLPushErrorHandlerEx(&GdalErrors::collect, this);
}
GdalErrors::~GdalErrors() {
  CPLPopErrorHandler();
}

void CPL_STDCALL GdalErrors::collect(CPLErr severity, CPLErrorNum number, const char* message) {
  tell_of_end(severity, message);
  auto* self = static_cast<GdalErrors*>(CPLGetErrorHandlerUserData());
  if (severity == CE_Warning && self->warning_.empty()) self->warning_ = one_line(message);
  if (severity == CE_Failure || severity == CE_Fatal) {
    if (self->failure_.empty())
      self->failure_ = one_line(message);
    else
      self->name_file(message);
    self->number_ = number;
    self->stopped_ = self->stopped_ || number == CPLE_UserInterrupt;
  }
}

void GdalErrors::name_file(std::string_view message) {
  // "PATH, band 1: IReadBlock failed at ...": the first message need not name the file of a mosaic.
  const std::string_view path = message.substr(0, message.find(", band "));
  if (path.size() == message.size() || failure_.find(path) != std::string::npos) return;
  failure_ = one_line(std::string(path).c_str()) + ": " + failure_;
}

bool is_want_of_memory(std::string_view gdal_text) {
  return std::ranges::any_of(
      std::array{"cannot allocate", "ut of memory", "out-of-memory", "bad_alloc"},
      [&](const char* words) { return gdal_text.find(words) != std::string_view::npos; });
}

void GdalErrors::clear() {
  failure_.clear();
  warning_.clear();
  number_ = CPLE_None;
  stopped_ = false;
  CPLErrorReset();
}

Error GdalErrors::error(ErrorCode code, std::string_view name, std::string_view doing,
                        std::string_view remedy) const {
  if (stopped_) return {ErrorCode::cancelled, "stopped on request"};
  if (is_want_of_memory(text()))
    return {ErrorCode::out_of_memory, std::string(name) + ": out of memory" + memory_limit_note(),
            memory_remedy()};
  std::string message(name);
  message += ": ";
  message += doing;
  if (!text().empty()) message += ": " + without_prefix(text(), name);
  return {code, message, std::string(remedy)};
}

void DatasetCloser::operator()(GDALDataset* dataset) const noexcept {
  if (dataset != nullptr) GDALClose(GDALDataset::ToHandle(dataset));
}

void close_checked(DatasetPtr dataset, std::string_view name) {
  GdalErrors errors;
  dataset->FlushCache(true);
  dataset.reset();
  if (errors.failed()) {
    throw errors.error(ErrorCode::io, name, "writing failed",
                       "check the free space and the folder's permissions");
  }
}

}  // namespace geo

void on_gdal_end(void (*end)(const char* message)) {
  geo::before_gdal_ends = end;
}

}  // namespace terramask
