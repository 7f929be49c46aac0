#include "learn/transfer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace terramask::learn {
namespace {

// The weight of the convolution that reads the image.
std::string first_weight(const Graph& network) {
  for (const Node& node : network.nodes())
    if (network.values()[node.operands.front()].role == Role::input)
      return network.values()[node.operands.at(1)].name;
  throw Error(ErrorCode::internal, "no node reads the image");
}

// The parameters of the node that computes the logits.
std::vector<std::string> last_parameters(const Graph& network) {
  std::vector<std::string> names;
  for (const Node& node : network.nodes())
    if (node.results.front() == network.outputs().front().value)
      for (const ValueId operand : node.operands)
        if (network.values()[operand].role == Role::parameter)
          names.push_back(network.values()[operand].name);
  return names;
}

bool same_classes(const std::vector<ClassInfo>& a, const std::vector<ClassInfo>& b) {
  return std::ranges::equal(a, b, {}, &ClassInfo::name, &ClassInfo::name);
}

// weight [O, bands, kh, kw] of `from`, converted to other bands.
Tensor for_bands(const Tensor& from, const std::vector<ModelBand>& old, const std::vector<ModelBand>& bands) {
  const Shape& shape = from.shape();
  const std::int64_t taps = shape[2] * shape[3];
  Tensor made(Shape{shape[0], static_cast<std::int64_t>(bands.size()), shape[2], shape[3]}, DType::f32);
  const auto source = from.values<float>();
  const auto target = made.values<float>();
  std::size_t at = 0;
  for (std::int64_t o = 0; o < shape[0]; ++o)
    for (const ModelBand& band : bands) {
      const auto known = std::ranges::find(old, band.name, &ModelBand::name);
      for (std::int64_t tap = 0; tap < taps; ++tap) {
        const auto value = [&](std::int64_t b) {
          return static_cast<double>(source[static_cast<std::size_t>((o * shape[1] + b) * taps + tap)]);
        };
        double weight = 0;
        if (known != old.end())
          weight = value(known - old.begin());
        else
          for (std::int64_t b = 0; b < shape[1]; ++b) weight += value(b) / static_cast<double>(shape[1]);
        target[at++] = static_cast<float>(weight);
      }
    }
  return made;
}

}  // namespace

Transfer transfer(const Graph& network, const Parameters& fresh, const std::vector<ModelBand>& bands,
                  const std::vector<ClassInfo>& classes, const Model& from) {
  Transfer result{fresh, 0, {}};
  const std::string first = first_weight(network);
  const std::vector<std::string> last = last_parameters(network);
  const bool same_head = same_classes(classes, from.info.classes);
  const bool same_bands = std::ranges::equal(bands, from.info.bands, {}, &ModelBand::name, &ModelBand::name);
  for (auto& [name, tensor] : result.parameters) {
    const auto found = from.parameters.find(name);
    if (std::ranges::find(last, name) != last.end() && !same_head) {
      result.adapted.push_back(fmt::format("{}: initialised anew, for other classes", name));
    } else if (found == from.parameters.end()) {
      result.adapted.push_back(fmt::format("{}: initialised anew, {} has none", name, from.path));
    } else if (const Shape& want = tensor->shape(), &has = found->second->shape();
               name == first && !same_bands && want[0] == has[0] && want[2] == has[2] && want[3] == has[3]) {
      tensor = std::make_shared<const Tensor>(for_bands(*found->second, from.info.bands, bands));
      result.adapted.push_back(fmt::format("{}: fitted to other bands", name));
    } else if (want == has) {
      tensor = found->second;
      ++result.copied;
    } else {
      result.adapted.push_back(
          fmt::format("{}: initialised anew, {} here and {} there", name, to_string(want), to_string(has)));
    }
  }
  if (result.copied == 0)
    throw Error(ErrorCode::mismatch, from.path + ": no tensor of it fits the network that is to be trained",
                "take a model of the same architecture and width");
  return result;
}

Parameters fold_band_matrix(const Graph& network, const Parameters& parameters,
                            const std::vector<double>& matrix) {
  if (matrix.empty()) return parameters;
  Parameters folded = parameters;
  auto& tensor = folded.at(first_weight(network));
  const Shape shape = tensor->shape();
  const auto bands = static_cast<std::size_t>(shape[1]), taps = static_cast<std::size_t>(shape[2] * shape[3]);
  if (matrix.size() != bands * bands) throw Error(ErrorCode::internal, "a matrix for other bands");
  Tensor made(shape, DType::f32);
  const auto source = tensor->values<float>();
  const auto target = made.values<float>();
  for (std::size_t i = 0; i < target.size(); ++i) {
    const std::size_t tap = i % taps, band = i / taps % bands, first = i - tap - band * taps + tap;
    double sum = 0;
    for (std::size_t k = 0; k < bands; ++k)
      sum += static_cast<double>(source[first + k * taps]) * matrix[k * bands + band];
    target[i] = static_cast<float>(sum);
  }
  tensor = std::make_shared<const Tensor>(std::move(made));
  return folded;
}

}  // namespace terramask::learn
