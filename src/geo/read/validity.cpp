#include "geo/read/validity.hpp"

#include <cmath>
#include <limits>
#include <map>

#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

constexpr double kFarOut = 1e38;

template <typename T, typename Test>
void clear_where(std::span<const T> values, std::span<std::uint8_t> valid, Test test) {
  for (std::size_t i = 0; i < values.size(); ++i)
    valid[i] = static_cast<std::uint8_t>(valid[i] & static_cast<std::uint8_t>(!test(values[i])));
}

template <typename T>
void apply_to(std::span<const T> values, std::span<std::uint8_t> valid, const std::optional<double>& nodata) {
  // NaN and infinities fail the comparison.
  const auto strange = [](T v) { return !(std::abs(v) <= std::numeric_limits<T>::max()); };
  if (!nodata || !std::isfinite(*nodata)) {
    clear_where(values, valid, strange);
  } else if (*nodata >= kFarOut) {
    clear_where(values, valid, [](T v) {
      return !(v < static_cast<T>(kFarOut)) || !(v >= std::numeric_limits<T>::lowest());
    });
  } else if (*nodata <= -kFarOut) {
    clear_where(values, valid,
                [](T v) { return !(v > static_cast<T>(-kFarOut)) || !(v <= std::numeric_limits<T>::max()); });
  } else {
    const T value = static_cast<T>(*nodata);
    clear_where(values, valid, [=](T v) { return v == value || strange(v); });
  }
}

template <typename T>
void keep_in(std::span<const T> values, std::span<std::uint8_t> found, double nodata) {
  if (std::abs(nodata) >= kFarOut) {
    const T far_out = static_cast<T>(kFarOut);
    if (nodata > 0)
      clear_where(values, found, [=](T v) { return !(v >= far_out); });
    else
      clear_where(values, found, [=](T v) { return !(v <= -far_out); });
    return;
  }
  const T value = static_cast<T>(nodata);
  clear_where(values, found, [=](T v) { return v != value; });
}

}  // namespace

bool fills_collars(double nodata, const std::string& type) {
  static const std::map<std::string, double> largest{
      {"Byte", 255},          {"Int8", 127},         {"UInt16", 65535},  {"Int16", 32767},
      {"UInt32", 4294967295}, {"Int32", 2147483647}, {"UInt64", 0x1p64}, {"Int64", 0x1p63}};
  const auto most = largest.find(type);
  return most != largest.end() && (nodata == 0 || nodata == most->second);
}

NodataOption parse_nodata(const std::string& text) {
  NodataOption option;
  if (text.empty()) return option;
  if (text == "none" || text == "None" || text == "NONE") {
    option.ignore = option.no_alpha = true;
    return option;
  }
  try {
    std::size_t used = 0;
    option.value = std::stod(text, &used);
    if (used == text.size()) return option;
  } catch (const std::exception&) {  // reported below, like any other non-numeric text
  }
  throw Error(ErrorCode::usage, "`src_nodata` " + text + ": not a nodata value",
              "give a number, or none to ignore the file's");
}

void NodataTest::apply(std::span<const float> values, std::span<std::uint8_t> valid) const {
  apply_to(values, valid, nodata_);
}

void NodataTest::apply(std::span<const double> values, std::span<std::uint8_t> valid) const {
  apply_to(values, valid, nodata_);
}

void NodataTest::keep(std::span<const float> values, std::span<std::uint8_t> nodata) const {
  if (nodata_) keep_in(values, nodata, *nodata_);
}

void NodataTest::keep(std::span<const double> values, std::span<std::uint8_t> nodata) const {
  if (nodata_) keep_in(values, nodata, *nodata_);
}

}  // namespace terramask::geo
