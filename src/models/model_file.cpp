#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <new>

#include "core/process_limits.hpp"
#include "core/text.hpp"
#include "models/model_json.hpp"
#include "models/safetensors.hpp"
#include "terramask/model.hpp"

namespace terramask {
namespace {

constexpr const char* kMetadataKey = "terramask";
constexpr std::size_t kMostWarnings = 50;

/// The shapes of a network's parameters, by name.
std::map<std::string, Shape, std::less<>> expected_tensors(const ModelInfo& info) {
  const std::int64_t stride = total_stride(info.network);
  const Graph graph = build_network(info.network, 1, stride, stride);
  std::map<std::string, Shape, std::less<>> shapes;
  for (const Value& value : graph.values())
    if (value.role == Role::parameter) shapes.emplace(value.name, value.type.shape);
  return shapes;
}

bool is_counter(const safetensors::Entry& entry) {
  return entry.name.ends_with(".num_batches_tracked");
}

[[noreturn]] void refuse(const std::string& path, const std::string& cause) {
  throw Error(ErrorCode::format, path + ": " + cause,
              "its weights and its description do not belong together; export the model again");
}

// Checks that every expected tensor exists, with its shape and a floating-point type. Reports unused tensors.
void check_tensors(const safetensors::Header& header,
                   const std::map<std::string, Shape, std::less<>>& expected, const std::string& path,
                   std::vector<std::string>& warnings) {
  std::size_t found = 0;
  for (const safetensors::Entry& entry : header.tensors) {
    const auto wanted = expected.find(entry.name);
    if (wanted == expected.end()) {
      if (!is_counter(entry)) warnings.push_back(fmt::format("tensor {} is not used", quotation(entry.name)));
      continue;
    }
    const Shape& shape = wanted->second;
    bool same = entry.shape.size() == shape.rank();
    for (std::size_t axis = 0; same && axis < shape.rank(); ++axis) same = entry.shape[axis] == shape[axis];
    if (!same)
      refuse(path, fmt::format("tensor {}: expected shape {}, found {}", quotation(entry.name),
                               to_string(shape), safetensors::shape_text(entry.shape)));
    if (!safetensors::is_float(entry.dtype))
      refuse(path, fmt::format("tensor {}: expected type F32 (or F16, BF16, F64), found {}",
                               quotation(entry.name), entry.dtype));
    ++found;
  }
  if (found == expected.size()) return;
  std::map<std::string_view, bool> there;
  for (const safetensors::Entry& entry : header.tensors) there[entry.name] = true;
  for (const auto& [name, shape] : expected)
    if (!there.contains(name))
      refuse(path, fmt::format("tensor {} of shape {} is missing{}", quotation(name), to_string(shape),
                               expected.size() - found == 1
                                   ? ""
                                   : fmt::format(", and {} more", expected.size() - found - 1)));
}

// Products of two larger weights overflow, and sums of infinities are NaN, which a ReLU may turn into a
// harmless-looking 0.
constexpr float kMostWeight = 1e18F;

// A single NaN makes every pixel it affects NaN, and their mask is all one class.
void check_values(const Parameters& parameters, const std::string& path) {
  for (const auto& [name, tensor] : parameters) {
    if (tensor->dtype() != DType::f32) continue;
    const auto values = tensor->values<float>();
    const auto bad = std::ranges::count_if(values, [](float value) { return !std::isfinite(value); });
    if (bad > 0)
      throw Error(ErrorCode::format,
                  fmt::format("{}: tensor {}: {} of {} values are NaN or infinite", path, quotation(name),
                              bad, values.size()),
                  "take a model of an earlier epoch, or train it again with a lower learning rate");
    const auto huge =
        std::ranges::count_if(values, [](float value) { return std::abs(value) > kMostWeight; });
    if (huge > 0 && !name.ends_with(".running_var"))
      throw Error(
          ErrorCode::format,
          fmt::format("{}: tensor {}: {} of {} values are beyond {:g}, which nothing can be computed with",
                      path, quotation(name), huge, values.size(), kMostWeight),
          "take a model of an earlier epoch, or train it again with a lower learning rate");
    const auto negative = std::ranges::count_if(values, [](float value) { return value < 0; });
    if (negative > 0 && name.ends_with(".running_var"))
      throw Error(ErrorCode::format,
                  fmt::format("{}: tensor {}: {} of {} variances are negative", path, quotation(name),
                              negative, values.size()),
                  "export the model again");
  }
}

Model load(const std::string& path) {
  safetensors::Reader reader(path);
  const auto entry = reader.header().metadata.find(kMetadataKey);
  if (entry == reader.header().metadata.end())
    throw Error(
        ErrorCode::format, path + ": a safetensors file without a terramask entry",
        "it holds tensors, but does not say of which network; export it with Terramask's description");
  Model model;
  model.path = path;
  model.info = parse_description(entry->second, path, model.warnings);
  const auto expected = expected_tensors(model.info);
  check_tensors(reader.header(), expected, path, model.warnings);
  model.parameters =
      reader.read([&](const safetensors::Entry& tensor) { return expected.contains(tensor.name); });
  model.sha256 = reader.sha256();
  check_values(model.parameters, path);
  if (!model.info.pixel_size_m)
    model.warnings.emplace_back(
        "it has no pixel size: whether a raster fits cannot be checked, and none is "
        "resampled");
  if (model.warnings.size() > kMostWarnings) {
    const std::size_t more = model.warnings.size() - kMostWarnings;
    model.warnings.resize(kMostWarnings);
    model.warnings.push_back(fmt::format("and {} warnings more", more));
  }
  return model;
}

}  // namespace

Model load_model(const std::string& path) {
  try {
    return load(path);
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::out_of_memory, path + ": not enough memory for its tensors" + memory_limit_note());
  }
}

void check_description(const std::string& path, const ModelInfo& info) {
  std::vector<std::string> ignored;
  (void)parse_description(description_text(info), path, ignored);
}

void save_model(const std::string& path, const ModelInfo& info, const Parameters& parameters,
                bool overwrite) {
  // Do not write what could not be read.
  const std::string text = description_text(info);
  std::vector<std::string> ignored;
  const ModelInfo read_back = parse_description(text, path, ignored);
  const std::int64_t stride = total_stride(read_back.network);
  check_parameters(build_network(read_back.network, 1, stride, stride), parameters, path);
  check_values(parameters, path);
  safetensors::write(path, {{kMetadataKey, text}}, parameters, overwrite);
}

}  // namespace terramask
