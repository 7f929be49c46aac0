#include "vectorize/arc_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "terramask/error.hpp"

namespace terramask::vectors {
namespace {

struct Header {
  Region left, right;
  std::uint32_t points;
  std::uint8_t flags;
  std::uint8_t leaving, arriving;
  std::uint8_t unused = 0;
};
static_assert(sizeof(Header) == 16 && sizeof(Corner) == 8);

constexpr std::uint8_t kLoop = 1, kCutBegin = 2, kCutEnd = 4;

}  // namespace

ArcStore::ArcStore(const std::string& path, std::string output) : output_(std::move(output)) {
  file_ = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (file_ < 0)
    throw Error(ErrorCode::io,
                fmt::format("{}: no scratch file can be made beside it: {}", output_, std::strerror(errno)),
                "check the permissions of the folder");
  ::unlink(path.c_str());
}

ArcStore::~ArcStore() {
  ::close(file_);
}

std::uint64_t ArcStore::add(const Arc& arc) {
  const std::uint64_t place = bytes();
  Header header{arc.left, arc.right, static_cast<std::uint32_t>(arc.points.size()), 0, 0, 0};
  header.flags = static_cast<std::uint8_t>((arc.loop ? kLoop : 0) | (arc.cut_begin ? kCutBegin : 0) |
                                           (arc.cut_end ? kCutEnd : 0));
  header.leaving = static_cast<std::uint8_t>(arc.leaving);
  header.arriving = static_cast<std::uint8_t>(arc.arriving);
  const std::size_t points = arc.points.size() * sizeof(Corner);
  tail_.resize(tail_.size() + sizeof header + points);
  std::uint8_t* to = tail_.data() + (place - flushed_);
  std::memcpy(to, &header, sizeof header);
  std::memcpy(to + sizeof header, arc.points.data(), points);
  return place;
}

void ArcStore::flush() {
  for (std::size_t done = 0; done < tail_.size();) {
    const ssize_t written =
        ::pwrite(file_, tail_.data() + done, tail_.size() - done, static_cast<off_t>(flushed_ + done));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
      throw Error(ErrorCode::io,
                  fmt::format("{}: writing borders to a scratch file beside it failed: {}", output_,
                              full ? "no space left on the disk" : std::strerror(errno)),
                  full ? "free some space or write to another disk" : "check the disk");
    }
    done += static_cast<std::size_t>(written);
  }
  flushed_ += tail_.size();
  tail_.clear();
}

void ArcStore::copy(std::uint64_t place, void* to, std::size_t bytes) const {
  auto* target = static_cast<std::uint8_t*>(to);
  if (place >= flushed_) {
    std::memcpy(target, tail_.data() + (place - flushed_), bytes);
    return;
  }
  while (bytes > 0) {
    const ssize_t got = ::pread(file_, target, bytes, static_cast<off_t>(place));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0)
      throw Error(ErrorCode::io,
                  fmt::format("{}: reading borders kept beside it failed: {}", output_,
                              got < 0 ? std::strerror(errno) : "the file was cut short"),
                  "check the disk");
    target += got;
    place += static_cast<std::uint64_t>(got);
    bytes -= static_cast<std::size_t>(got);
  }
}

Arc ArcStore::read(std::uint64_t place) const {
  // Most arcs are short: one read brings header and points.
  struct {
    Header header;
    std::array<Corner, 30> points;
  } start;
  const std::size_t there = std::min<std::uint64_t>(sizeof start, bytes() - place);
  const std::size_t before = place < flushed_ ? std::min<std::uint64_t>(there, flushed_ - place) : there;
  copy(place, &start, before);
  Arc arc;
  arc.left = start.header.left;
  arc.right = start.header.right;
  arc.loop = (start.header.flags & kLoop) != 0;
  arc.cut_begin = (start.header.flags & kCutBegin) != 0;
  arc.cut_end = (start.header.flags & kCutEnd) != 0;
  arc.leaving = static_cast<Direction>(start.header.leaving);
  arc.arriving = static_cast<Direction>(start.header.arriving);
  arc.points.resize(start.header.points);
  const std::size_t first = std::min(arc.points.size(), start.points.size());
  std::copy_n(start.points.begin(), first, arc.points.begin());
  if (first < arc.points.size())
    copy(place + sizeof start, arc.points.data() + first, (arc.points.size() - first) * sizeof(Corner));
  return arc;
}

}  // namespace terramask::vectors
