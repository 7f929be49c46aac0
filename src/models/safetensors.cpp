#include "models/safetensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "models/atomic_file.hpp"
#include "models/floats.hpp"
#include "models/foreign_model.hpp"

namespace terramask::safetensors {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors data is little-endian");

// Reads target.size() elements stored as T.
template <class T, class Convert>
void read_converted(InputFile& file, std::span<float> target, Convert convert) {
  std::array<T, 8192> part;
  while (!target.empty()) {
    const std::size_t count = std::min(part.size(), target.size());
    file.read(std::as_writable_bytes(std::span(part).first(count)));
    std::transform(part.begin(), part.begin() + static_cast<std::ptrdiff_t>(count), target.begin(), convert);
    target = target.subspan(count);
  }
}

Tensor read_tensor(InputFile& file, const Entry& entry) {
  Tensor tensor(Shape(entry.shape), DType::f32);
  const std::span<float> values = tensor.values<float>();
  if (entry.dtype == "F32")
    file.read(tensor.bytes());
  else if (entry.dtype == "F16")
    read_converted<std::uint16_t>(file, values, from_half);
  else if (entry.dtype == "BF16")
    read_converted<std::uint16_t>(file, values, from_bfloat);
  else if (entry.dtype == "F64")
    read_converted<double>(file, values, [](double value) { return static_cast<float>(value); });
  else
    throw Error(ErrorCode::internal, "safetensors: " + entry.dtype + " wanted as F32");
  return tensor;
}

Header read_header(InputFile& file) {
  const std::string not_ours = file.path() + ": not a safetensors file";
  constexpr std::uint64_t prefix = 8;
  std::array<char, prefix + 1> head{};
  const std::uint64_t present = std::min<std::uint64_t>(head.size(), file.bytes());
  file.read(std::as_writable_bytes(std::span(head).first(present)));
  const char first = head[prefix];
  if (first != '{') {
    const std::string kind = foreign_kind(file.path(), {head.data(), present});
    if (!kind.empty())
      throw Error(ErrorCode::format, fmt::format("{}: {}, not a safetensors file", file.path(), kind),
                  foreign_remedy(kind));
  }
  if (file.bytes() < prefix + 2)
    throw Error(ErrorCode::format, fmt::format("{} (only {} bytes)", not_ours, file.bytes()),
                "copy it again, or name a model file");
  std::uint64_t length = 0;
  std::memcpy(&length, head.data(), prefix);
  if (first != '{')
    throw Error(ErrorCode::format, not_ours + " (no header at its beginning)", "name a model file");
  if (length < 2 || length > kMaxHeaderBytes)
    throw Error(ErrorCode::format,
                fmt::format("{} (a header of {} bytes; at most {})", not_ours, length, kMaxHeaderBytes),
                "name a model file");
  const std::uint64_t rest = file.bytes() - prefix;
  if (length > rest)
    throw Error(
        ErrorCode::format,
        fmt::format("{}: cut short: its header needs {} bytes, the file has {}", file.path(), length, rest),
        "copy it again");
  std::string text(static_cast<std::size_t>(length), first);
  file.read(std::as_writable_bytes(std::span(text).subspan(1)));
  return parse_header(text, rest - length, file.path());
}

/// "F32", "U8", ...
std::string dtype_name(DType type) {
  std::string name = to_string(type);
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
  return name;
}

}  // namespace

Reader::Reader(const std::string& path) : file_(path), header_(read_header(file_)) {}

Parameters Reader::read(const std::function<bool(const Entry&)>& wanted) {
  Parameters tensors;
  for (const Entry& entry : header_.tensors) {
    if (wanted(entry))
      tensors.emplace(entry.name, std::make_shared<const Tensor>(read_tensor(file_, entry)));
    else
      file_.skip(entry.end - entry.begin);
  }
  return tensors;
}

std::string Reader::sha256() {
  return file_.sha256();
}

void write(const std::string& path, const std::map<std::string, std::string>& metadata,
           const Parameters& tensors, bool overwrite) {
  // Larger elements first: every tensor is then aligned to its element's size.
  std::vector<const Parameters::value_type*> order;
  for (const auto& tensor : tensors) order.push_back(&tensor);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return size_of(a->second->dtype()) > size_of(b->second->dtype());
  });

  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const auto* tensor : order) {
    const Shape& shape = tensor->second->shape();
    auto extents = nlohmann::ordered_json::array();
    for (std::size_t axis = 0; axis < shape.rank(); ++axis) extents.push_back(shape[axis]);
    const std::uint64_t end = offset + tensor->second->bytes().size();
    header[tensor->first] = {
        {"dtype", dtype_name(tensor->second->dtype())}, {"shape", extents}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception&) {
    throw Error(ErrorCode::usage, path + ": a name or text of the model is not valid UTF-8");
  }
  text.append((8 - text.size() % 8) % 8, ' ');
  if (text.size() > kMaxHeaderBytes)
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: a header of {} bytes (at most {})", path, text.size(), kMaxHeaderBytes));

  AtomicFile file(path, overwrite);
  const std::uint64_t length = text.size();
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(std::as_bytes(std::span(text)));
  for (const auto* tensor : order) file.write(tensor->second->bytes());
  file.commit();
}

}  // namespace terramask::safetensors
