#include "onnx/tensors.hpp"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cstring>
#include <fstream>

#include "core/text.hpp"
#include "models/floats.hpp"
#include "models/given/host.hpp"

namespace terramask::onnx_file {
namespace {

using onnx::TensorProto;

static_assert(std::endian::native == std::endian::little, "raw data is little-endian");

constexpr std::int64_t kMostWeights = std::int64_t{1} << 40;

[[noreturn]] void fail(const TensorProto& tensor, const std::string& cause) {
  throw Error(ErrorCode::format, fmt::format("tensor {}: {}", quotation(tensor.name()), cause),
              "export the model again");
}

std::size_t element_bytes(const TensorProto& tensor) {
  switch (tensor.data_type()) {
    case TensorProto::BOOL:
    case TensorProto::INT8:
    case TensorProto::UINT8:
      return 1;
    case TensorProto::FLOAT16:
    case TensorProto::BFLOAT16:
    case TensorProto::INT16:
    case TensorProto::UINT16:
      return 2;
    case TensorProto::FLOAT:
    case TensorProto::INT32:
    case TensorProto::UINT32:
      return 4;
    case TensorProto::DOUBLE:
    case TensorProto::INT64:
    case TensorProto::UINT64:
      return 8;
    default:
      throw Error(
          ErrorCode::unsupported,
          fmt::format("tensor {}: its element type {} cannot run here", quotation(tensor.name()),
                      TensorProto::DataType_Name(static_cast<TensorProto::DataType>(tensor.data_type()))),
          "export the model with float32 weights");
  }
}

std::size_t count_of(const TensorProto& tensor) {
  std::int64_t count = 1;
  for (const std::int64_t extent : extents(tensor)) {
    if (extent > 0 && count > kMostWeights / extent) fail(tensor, "it is too large");
    count *= extent;
  }
  return static_cast<std::size_t>(count);
}

std::uint64_t whole(const TensorProto& tensor, const std::string& text) {
  std::uint64_t value = 0;
  const auto [rest, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || rest != text.data() + text.size())
    fail(tensor, fmt::format("external data at {}", quotation(text)));
  return value;
}

/// External data lies in a file of the same folder, or below it.
std::string read_external(const TensorProto& tensor, const std::filesystem::path& folder, std::size_t bytes) {
  std::filesystem::path location;
  std::uint64_t offset = 0;
  for (const onnx::StringStringEntryProto& entry : tensor.external_data()) {
    if (entry.key() == "location") location = entry.value();
    if (entry.key() == "offset") offset = whole(tensor, entry.value());
    if (entry.key() == "length" && whole(tensor, entry.value()) != bytes)
      fail(tensor, fmt::format("{} bytes of external data; its shape takes {}", entry.value(), bytes));
  }
  const bool inside = !location.empty() && location.is_relative() &&
                      std::find(location.begin(), location.end(), "..") == location.end() &&
                      location.native().find('\0') == std::string::npos;
  if (!inside)
    fail(tensor,
         fmt::format("external data in {}, which is no file beside the model", quotation(location.string())));
  const std::filesystem::path path = folder / location;
  std::error_code absent;
  const std::uint64_t size = std::filesystem::file_size(path, absent);
  if (absent)
    throw Error(ErrorCode::not_found,
                fmt::format("{}: no such file; it holds tensor {}", path.string(), quotation(tensor.name())),
                "copy it beside the model");
  if (offset > size || bytes > size - offset)
    throw Error(ErrorCode::format,
                fmt::format("{}: cut short: tensor {} ends at byte {} of {}", path.string(),
                            quotation(tensor.name()), offset + bytes, size),
                "copy it again");
  std::string data(bytes, '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.seekg(static_cast<std::streamoff>(offset)) ||
      !file.read(data.data(), static_cast<std::streamsize>(bytes)))
    throw Error(ErrorCode::io, path.string() + ": cannot be read", "check its permissions");
  return data;
}

bool is_external(const TensorProto& tensor) {
  return tensor.data_location() == TensorProto::EXTERNAL;
}

/// `count` elements as they lie in raw or external bytes.
template <class Stored, class Value, class Convert>
void convert_bytes(const TensorProto& tensor, const std::string& bytes, std::span<Value> values,
                   Convert convert) {
  if (bytes.size() != values.size() * sizeof(Stored))
    fail(tensor,
         fmt::format("{} bytes of data; its shape takes {}", bytes.size(), values.size() * sizeof(Stored)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
    values[i] = static_cast<Value>(convert(stored));
  }
}

template <class Value>
void from_bytes(const TensorProto& tensor, const std::string& bytes, std::span<Value> values) {
  const auto same = [](auto value) { return value; };
  switch (tensor.data_type()) {
    case TensorProto::FLOAT:
      return convert_bytes<float>(tensor, bytes, values, same);
    case TensorProto::DOUBLE:
      return convert_bytes<double>(tensor, bytes, values, same);
    case TensorProto::FLOAT16:
      return convert_bytes<std::uint16_t>(tensor, bytes, values, from_half);
    case TensorProto::BFLOAT16:
      return convert_bytes<std::uint16_t>(tensor, bytes, values, from_bfloat);
    case TensorProto::BOOL:
    case TensorProto::UINT8:
      return convert_bytes<std::uint8_t>(tensor, bytes, values, same);
    case TensorProto::INT8:
      return convert_bytes<std::int8_t>(tensor, bytes, values, same);
    case TensorProto::INT16:
      return convert_bytes<std::int16_t>(tensor, bytes, values, same);
    case TensorProto::UINT16:
      return convert_bytes<std::uint16_t>(tensor, bytes, values, same);
    case TensorProto::INT32:
      return convert_bytes<std::int32_t>(tensor, bytes, values, same);
    case TensorProto::UINT32:
      return convert_bytes<std::uint32_t>(tensor, bytes, values, same);
    case TensorProto::INT64:
      return convert_bytes<std::int64_t>(tensor, bytes, values, same);
    case TensorProto::UINT64:
      return convert_bytes<std::uint64_t>(tensor, bytes, values, same);
    default:
      throw Error(ErrorCode::internal, "tensors: unknown element type");
  }
}

template <class List, class Value, class Convert>
void convert_list(const TensorProto& tensor, const List& list, std::span<Value> values, Convert convert) {
  if (static_cast<std::size_t>(list.size()) != values.size())
    fail(tensor, fmt::format("{} values; its shape takes {}", list.size(), values.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<Value>(convert(list[static_cast<int>(i)]));
}

/// Which list holds which type is said in onnx.proto.
template <class Value>
void from_lists(const TensorProto& tensor, std::span<Value> values) {
  const auto same = [](auto value) { return value; };
  switch (tensor.data_type()) {
    case TensorProto::FLOAT:
      return convert_list(tensor, tensor.float_data(), values, same);
    case TensorProto::DOUBLE:
      return convert_list(tensor, tensor.double_data(), values, same);
    case TensorProto::FLOAT16:
      return convert_list(tensor, tensor.int32_data(), values,
                          [](std::int32_t bits) { return from_half(static_cast<std::uint16_t>(bits)); });
    case TensorProto::BFLOAT16:
      return convert_list(tensor, tensor.int32_data(), values,
                          [](std::int32_t bits) { return from_bfloat(static_cast<std::uint16_t>(bits)); });
    case TensorProto::INT64:
      return convert_list(tensor, tensor.int64_data(), values, same);
    case TensorProto::UINT32:
    case TensorProto::UINT64:
      return convert_list(tensor, tensor.uint64_data(), values, same);
    default:
      return convert_list(tensor, tensor.int32_data(), values, same);
  }
}

template <class Value>
void read_values(const TensorProto& tensor, const std::filesystem::path& folder, std::span<Value> values) {
  if (is_external(tensor))
    from_bytes(tensor, read_external(tensor, folder, values.size() * element_bytes(tensor)), values);
  else if (tensor.has_raw_data())
    from_bytes(tensor, tensor.raw_data(), values);
  else
    from_lists(tensor, values);
}

/// Nothing is allocated that the file cannot fill.
void check_size(const TensorProto& tensor, std::size_t count) {
  if (is_external(tensor)) return;
  const auto held = std::max(
      {tensor.raw_data().size() / element_bytes(tensor), static_cast<std::size_t>(tensor.float_data_size()),
       static_cast<std::size_t>(tensor.double_data_size()),
       static_cast<std::size_t>(tensor.int32_data_size()), static_cast<std::size_t>(tensor.int64_data_size()),
       static_cast<std::size_t>(tensor.uint64_data_size())});
  if (held != count) fail(tensor, fmt::format("{} values; its shape takes {}", held, count));
}

}  // namespace

bool is_real(const TensorProto& tensor) {
  return tensor.data_type() == TensorProto::FLOAT || tensor.data_type() == TensorProto::DOUBLE ||
         tensor.data_type() == TensorProto::FLOAT16 || tensor.data_type() == TensorProto::BFLOAT16;
}

std::vector<std::int64_t> extents(const TensorProto& tensor) {
  if (static_cast<std::size_t>(tensor.dims_size()) > given::kMostAxes)
    fail(tensor, fmt::format("{} axes", tensor.dims_size()));
  std::vector<std::int64_t> shape(tensor.dims().begin(), tensor.dims().end());
  for (const std::int64_t extent : shape)
    if (extent < 0) fail(tensor, fmt::format("an extent of {}", extent));
  return shape;
}

Tensor read_weights(TensorProto& tensor, const std::filesystem::path& folder) {
  check_size(tensor, count_of(tensor));
  Tensor result(Shape(extents(tensor)), DType::f32);
  read_values(tensor, folder, result.values<float>());
  const std::unique_ptr<std::string> done(tensor.release_raw_data());
  tensor.clear_float_data();
  return result;
}

Constant read_constant(const TensorProto& tensor, const std::filesystem::path& folder) {
  constexpr auto most = static_cast<std::size_t>(given::kMostElements);
  const std::size_t count = count_of(tensor);
  if (count > most) fail(tensor, fmt::format("{} values that are no weights (at most {})", count, most));
  check_size(tensor, count);
  Constant constant{extents(tensor), {}};
  if (is_real(tensor)) {
    constant.values = std::vector<double>(count);
    read_values<double>(tensor, folder, std::get<std::vector<double>>(constant.values));
  } else {
    constant.values = std::vector<std::int64_t>(count);
    read_values<std::int64_t>(tensor, folder, std::get<std::vector<std::int64_t>>(constant.values));
  }
  return constant;
}

}  // namespace terramask::onnx_file
