#include "models/builder.hpp"

#include "ops/operators.hpp"

namespace terramask {

std::vector<ValueId> Builder::with_bias(std::vector<ValueId> operands, const std::string& name,
                                        const Conv& layer) {
  if (layer.bias) operands.push_back(graph_.add_parameter(name + ".bias", {layer.channels}));
  return operands;
}

ValueId Builder::conv2d(const std::string& name, ValueId x, const Conv& layer) {
  const ValueId weight =
      graph_.add_parameter(name + ".weight", {layer.channels, channels(x), layer.kernel, layer.kernel});
  return graph_.add1(ops::Conv2d{.kernel = {layer.kernel, layer.kernel},
                                 .stride = {layer.stride, layer.stride},
                                 .padding = {layer.padding, layer.padding}},
                     with_bias({x, weight}, name, layer), name);
}

ValueId Builder::conv_transpose2d(const std::string& name, ValueId x, const Conv& layer) {
  const ValueId weight =
      graph_.add_parameter(name + ".weight", {channels(x), layer.channels, layer.kernel, layer.kernel});
  return graph_.add1(ops::ConvTranspose2d{.kernel = {layer.kernel, layer.kernel},
                                          .stride = {layer.stride, layer.stride},
                                          .padding = {layer.padding, layer.padding}},
                     with_bias({x, weight}, name, layer), name);
}

ValueId Builder::batch_norm(const std::string& name, ValueId x) {
  std::vector<ValueId> operands{x};
  for (const char* tensor : {".weight", ".bias", ".running_mean", ".running_var"})
    operands.push_back(graph_.add_parameter(name + tensor, {channels(x)}));
  return graph_.add1(ops::BatchNorm{}, std::move(operands), name);
}

ValueId Builder::relu(const std::string& name, ValueId x) {
  return graph_.add1(ops::Activate{.activation = {.kind = ops::ActivationKind::relu}}, {x}, name);
}

ValueId Builder::dropout(const std::string& name, ValueId x, double rate, std::int32_t layer) {
  return graph_.add1(ops::Dropout{.rate = rate, .layer = layer}, {x}, name);
}

ValueId Builder::max_pool(const std::string& name, ValueId x) {
  return graph_.add1(ops::MaxPool{}, {x}, name);
}

std::pair<ValueId, ValueId> Builder::max_pool_indices(const std::string& name, ValueId x) {
  const auto results = graph_.add(ops::MaxPool{.indices = true}, {x}, name);
  return {results.at(0), results.at(1)};
}

ValueId Builder::max_unpool(const std::string& name, ValueId x, ValueId indices) {
  const Shape& shape = graph_.type(x).shape;
  return graph_.add1(ops::MaxUnpool{.output = {2 * shape.h(), 2 * shape.w()}}, {x, indices}, name);
}

ValueId Builder::upsample_nearest(const std::string& name, ValueId x) {
  return graph_.add1(ops::Upsample{}, {x}, name);
}

ValueId Builder::concat(const std::string& name, ValueId a, ValueId b) {
  return graph_.add1(ops::Concat{}, {a, b}, name);
}

ValueId Builder::add(const std::string& name, ValueId a, ValueId b) {
  return graph_.add1(ops::Add{}, {a, b}, name);
}

}  // namespace terramask
