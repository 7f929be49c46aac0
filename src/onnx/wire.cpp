// The wire format: https://protobuf.dev/programming-guides/encoding; numbers of fields as in onnx.proto.
#include "onnx/wire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "models/given/host.hpp"
#include "terramask/error.hpp"

namespace terramask::onnx_file {
namespace {

constexpr std::uint64_t kMostIntegers = 1'000'000, kMostParts = 500'000;
constexpr int kMostDepth = 64;

enum class Message : std::uint8_t {
  none,
  model,
  graph,
  node,
  attribute,
  tensor,
  sparse,
  function,
  training,
  value_info,
  type,
  holder,
  shape,
  entry
};

struct Child {
  Message parent;
  std::uint64_t field;
  Message child;
};

// Where messages lie in messages; `holder` is any of a type's parts.
constexpr std::array<Child, 37> kChildren{{
    {Message::model, 7, Message::graph},       {Message::model, 8, Message::entry},
    {Message::model, 14, Message::entry},      {Message::model, 20, Message::training},
    {Message::model, 25, Message::function},   {Message::training, 1, Message::graph},
    {Message::training, 2, Message::graph},    {Message::training, 3, Message::entry},
    {Message::training, 4, Message::entry},    {Message::graph, 1, Message::node},
    {Message::graph, 5, Message::tensor},      {Message::graph, 15, Message::sparse},
    {Message::graph, 11, Message::value_info}, {Message::graph, 12, Message::value_info},
    {Message::graph, 13, Message::value_info}, {Message::graph, 14, Message::entry},
    {Message::function, 7, Message::node},     {Message::function, 9, Message::entry},
    {Message::node, 5, Message::attribute},    {Message::attribute, 5, Message::tensor},
    {Message::attribute, 6, Message::graph},   {Message::attribute, 10, Message::tensor},
    {Message::attribute, 11, Message::graph},  {Message::attribute, 14, Message::type},
    {Message::attribute, 15, Message::type},   {Message::attribute, 22, Message::sparse},
    {Message::attribute, 23, Message::sparse}, {Message::sparse, 1, Message::tensor},
    {Message::sparse, 2, Message::tensor},     {Message::tensor, 13, Message::entry},
    {Message::value_info, 2, Message::type},   {Message::type, 1, Message::holder},
    {Message::type, 4, Message::holder},       {Message::type, 5, Message::holder},
    {Message::type, 8, Message::holder},       {Message::type, 9, Message::holder},
    {Message::shape, 1, Message::entry},
}};

Message child_of(Message parent, std::uint64_t field) {
  for (const Child& one : kChildren)
    if (one.parent == parent && one.field == field) return one.child;
  return Message::none;
}

/// Whole numbers in lists, which take more memory than bytes of the file.
bool lists_integers(Message parent, std::uint64_t field) {
  return (parent == Message::attribute && field == 8) || (parent == Message::sparse && field == 3) ||
         (parent == Message::tensor && (field == 1 || field == 5 || field == 7 || field == 11));
}

class Walk {
 public:
  Walk(std::span<const std::byte> bytes, const std::string& path) : bytes_(bytes), path_(path) {}

  void message(Message own, std::size_t end, int depth) {
    if (depth > kMostDepth) fail(fmt::format("messages are nested more than {} deep", kMostDepth));
    while (at_ < end) {
      const std::uint64_t tag = varint(end), field = tag >> 3;
      if (field == 0) damaged();
      switch (tag & 7) {
        case 0:
          (void)varint(end);
          if (lists_integers(own, field)) count(integers_, 1, kMostIntegers, "whole numbers");
          break;
        case 1:
          skip(8, end);
          break;
        case 2:
          part(own, field, end, depth);
          break;
        case 5:
          skip(4, end);
          break;
        default:
          damaged();
      }
    }
  }

  bool has_graph() const { return graphs_ > 0; }

 private:
  [[noreturn]] void fail(const std::string& cause) const {
    throw Error(ErrorCode::format, path_ + ": " + cause, "name a model that a network was exported to");
  }
  [[noreturn]] void damaged() const {
    throw Error(ErrorCode::format,
                fmt::format("{}: no ONNX model, or damaged or cut short at byte {}", path_, at_),
                "copy or export it again");
  }

  void count(std::uint64_t& counter, std::uint64_t more, std::uint64_t most, const char* what) {
    counter += more;
    if (counter > most) fail(fmt::format("it has more than {} {}", most, what));
  }

  std::uint64_t varint(std::size_t end) {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (at_ >= end) damaged();
      const auto byte = std::to_integer<std::uint64_t>(bytes_[at_++]);
      if (shift < 64) value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    damaged();
  }

  void skip(std::uint64_t length, std::size_t end) {
    if (length > end - at_) damaged();
    at_ += static_cast<std::size_t>(length);
  }

  void part(Message own, std::uint64_t field, std::size_t end, int depth) {
    const std::uint64_t length = varint(end);
    if (length > end - at_) damaged();
    const std::size_t stop = at_ + static_cast<std::size_t>(length);
    count(parts_, 1, kMostParts, "texts and messages");
    Message child = child_of(own, field);
    if (own == Message::holder)
      child = field == 2 ? Message::shape : field == 1 ? Message::type : Message::none;
    if (child == Message::node) count(nodes_, 1, given::kMostNodes, "nodes");
    if (own == Message::model && child == Message::graph) ++graphs_;
    if (child != Message::none) {
      message(child, stop, depth + 1);
    } else if (lists_integers(own, field)) {
      const auto numbers =
          std::ranges::count_if(bytes_.subspan(at_, static_cast<std::size_t>(length)),
                                [](std::byte b) { return (b & std::byte{0x80}) == std::byte{0}; });
      count(integers_, static_cast<std::uint64_t>(numbers), kMostIntegers, "whole numbers");
    }
    at_ = stop;
  }

  std::span<const std::byte> bytes_;
  const std::string& path_;
  std::size_t at_ = 0;
  std::uint64_t nodes_ = 0, integers_ = 0, parts_ = 0, graphs_ = 0;
};

}  // namespace

void check_wire(std::span<const std::byte> bytes, const std::string& path) {
  Walk walk(bytes, path);
  walk.message(Message::model, bytes.size(), 0);
  if (!walk.has_graph())
    throw Error(ErrorCode::format, path + ": no ONNX model: it holds no graph",
                "name a model that a network was exported to");
}

}  // namespace terramask::onnx_file
