#include "tiles/image_excess.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "tiles/byte_order.hpp"

namespace terramask::tiles {
namespace {

constexpr std::uint64_t kLargestSide = 8192;
constexpr std::uint64_t kMostInflated = 1032;        // times: the maximum of deflate
constexpr std::uint64_t kSoonInflated = 64U << 20U;  // bytes: a fraction of a second
/// A progressive JPEG processes all pixels in every scan; ordinary files have about ten.
constexpr std::uint64_t kMostScanned = kLargestSide * kLargestSide * 16;

struct Size {
  std::uint64_t width = 0, height = 0;
};

std::string too_large(const Size& size) {
  if (size.width <= kLargestSide && size.height <= kLargestSide) return {};
  return fmt::format("{} x {} pixels, too many for a tile", size.width, size.height);
}

/// The data of the chunk at `at`, which is advanced to the next chunk.
std::string_view next_chunk(std::string_view bytes, std::size_t& at, std::string_view& name) {
  const auto length = static_cast<std::size_t>(big_endian(bytes, at, 4));
  name = bytes.substr(at + 4, 4);
  const std::string_view data = bytes.substr(at + 8, length);
  at += 12 + length;
  return data;
}

/// Uncompressed bytes of all rows, each including its filter type.
std::uint64_t png_rows(const Size& size, std::uint64_t bits, bool interlaced) {
  const auto rows = [bits](std::uint64_t width, std::uint64_t height) {
    return width == 0 ? 0 : height * (1 + (width * bits + 7) / 8);
  };
  if (!interlaced) return rows(size.width, size.height);
  struct Pass {
    std::uint64_t x, y, across, down;
  };
  constexpr std::array<Pass, 7> adam7{
      {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}};
  std::uint64_t sum = 0;
  for (const Pass& pass : adam7)
    sum += rows((size.width + pass.across - 1 - pass.x) / pass.across,
                (size.height + pass.down - 1 - pass.y) / pass.down);
  return sum;
}

/// Inflates the image's data piece by piece, without storing them, until they exceed `most`.
class Inflated {
 public:
  explicit Inflated(std::uint64_t most) : most_(most) { inflateInit(&stream_); }
  ~Inflated() { inflateEnd(&stream_); }
  Inflated(const Inflated&) = delete;
  Inflated& operator=(const Inflated&) = delete;

  /// Whether the data exceed the limit. Damaged data are left to the decoder.
  bool exceeded_by(std::string_view data) {
    // zlib's pointer is not const, but is only read.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream_.avail_in = static_cast<uInt>(data.size());
    int result = Z_OK;
    while (!over_ && result == Z_OK && (stream_.avail_in > 0 || stream_.avail_out == 0)) {
      stream_.next_out = room_.data();
      stream_.avail_out = static_cast<uInt>(room_.size());
      result = inflate(&stream_, Z_NO_FLUSH);
      sum_ += room_.size() - stream_.avail_out;
      over_ = sum_ > most_;
    }
    return over_;
  }

 private:
  z_stream stream_{};
  std::array<Bytef, 1 << 15> room_{};
  std::uint64_t most_, sum_ = 0;
  bool over_ = false;
};

std::string png_excess(std::string_view bytes) {
  std::size_t at = 8;
  std::string_view name;
  const std::string_view header = next_chunk(bytes, at, name);
  if (name != "IHDR" || header.size() != 13) return "a PNG that does not begin with its header";
  const Size size{big_endian(header, 0, 4), big_endian(header, 4, 4)};
  if (auto fault = too_large(size); !fault.empty()) return fault;
  constexpr std::array<std::uint64_t, 7> samples{1, 0, 3, 1, 2, 0, 4};
  const std::uint64_t colour = big_endian(header, 9, 1);
  if (colour >= samples.size() || samples[colour] == 0) return "a PNG of an unknown kind";
  const std::uint64_t rows = png_rows(size, big_endian(header, 8, 1) * samples[colour], header[12] != 0);
  const auto more_than = [&size](std::uint64_t most) {
    return fmt::format("its data are more than {} bytes, all that its {} x {} pixels can have", most,
                       size.width, size.height);
  };
  std::vector<std::string_view> parts;  // the decoder must limit other chunks
  std::uint64_t compressed = 0;
  while (at < bytes.size()) {
    const std::string_view data = next_chunk(bytes, at, name);
    if (name == "IEND") break;
    if (name != "IDAT") continue;
    parts.push_back(data);
    compressed += data.size();
  }
  // Incompressible data grow slightly.
  const std::uint64_t most = rows + rows / 8 + (1U << 16U);
  if (compressed > most) return more_than(most);
  if (compressed * kMostInflated <= kSoonInflated) return {};
  const auto inflated = std::make_unique<Inflated>(rows);
  for (const std::string_view part : parts)
    if (inflated->exceeded_by(part)) return more_than(rows);
  return {};
}

std::string jpeg_excess(std::string_view bytes) {
  Size size;
  std::uint64_t scans = 0;
  for (std::size_t at = 2; at + 4 <= bytes.size();) {
    const std::uint64_t marker = byte(bytes, at + 1);
    if (byte(bytes, at) != 0xFF || marker == 0 || marker == 0xFF || (marker >= 0xD0 && marker <= 0xD7)) {
      ++at;  // data of a scan, or padding
      continue;
    }
    if (marker == 0xD9) break;
    const bool frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (frame && at + 9 <= bytes.size()) size = {big_endian(bytes, at + 7, 2), big_endian(bytes, at + 5, 2)};
    if (marker == 0xDA) ++scans;
    at += 2 + static_cast<std::size_t>(big_endian(bytes, at + 2, 2));
  }
  if (auto fault = too_large(size); !fault.empty()) return fault;
  if (scans * size.width * size.height <= kMostScanned) return {};
  return fmt::format("{} scans of {} x {} pixels, too many for a tile", scans, size.width, size.height);
}

std::string webp_excess(std::string_view bytes) {
  if (bytes.size() < 30) return {};
  const std::string_view kind = bytes.substr(12, 4);
  Size size;
  if (kind == "VP8X")
    size = {1 + little_endian(bytes, 24, 3), 1 + little_endian(bytes, 27, 3)};
  else if (kind == "VP8L")
    size = {1 + (little_endian(bytes, 21, 4) & 0x3FFFU), 1 + (little_endian(bytes, 21, 4) >> 14U & 0x3FFFU)};
  else
    size = {little_endian(bytes, 26, 2) & 0x3FFFU, little_endian(bytes, 28, 2) & 0x3FFFU};
  return too_large(size);
}

}  // namespace

std::string image_excess(std::string_view bytes, const std::string& kind) {
  return kind == "png" ? png_excess(bytes) : kind == "jpg" ? jpeg_excess(bytes) : webp_excess(bytes);
}

}  // namespace terramask::tiles
