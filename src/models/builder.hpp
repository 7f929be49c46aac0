// PyTorch's layers, with the tensor names of its modules.
#pragma once

#include <string>
#include <utility>

#include "terramask/graph.hpp"

namespace terramask {

/// Appends layers to a graph. A layer's result has the module's name ("down.0.1"), its parameters that name
/// with a suffix ("down.0.1.weight"); the number of input channels is the operand's.
class Builder {
 public:
  explicit Builder(Graph& graph) : graph_(graph) {}

  Graph& graph() { return graph_; }

  struct Conv {
    std::int64_t channels = 0;  ///< of the result
    std::int64_t kernel = 3;
    std::int64_t stride = 1;
    std::int64_t padding = 0;
    bool bias = true;
  };

  ValueId conv2d(const std::string& name, ValueId x, const Conv& layer);
  ValueId conv_transpose2d(const std::string& name, ValueId x, const Conv& layer);
  /// With PyTorch's epsilon, 1e-5.
  ValueId batch_norm(const std::string& name, ValueId x);
  ValueId relu(const std::string& name, ValueId x);
  /// Has no effect outside training; `layer` distinguishes the network's dropouts.
  ValueId dropout(const std::string& name, ValueId x, double rate, std::int32_t layer);
  /// 2 × 2, stride 2.
  ValueId max_pool(const std::string& name, ValueId x);
  /// The same with the positions of the maxima.
  std::pair<ValueId, ValueId> max_pool_indices(const std::string& name, ValueId x);
  /// Inverts max_pool_indices: doubles height and width.
  ValueId max_unpool(const std::string& name, ValueId x, ValueId indices);
  ValueId upsample_nearest(const std::string& name, ValueId x);
  ValueId concat(const std::string& name, ValueId a, ValueId b);
  ValueId add(const std::string& name, ValueId a, ValueId b);

 private:
  std::int64_t channels(ValueId x) const { return graph_.type(x).shape.c(); }
  std::vector<ValueId> with_bias(std::vector<ValueId> operands, const std::string& name, const Conv& layer);

  Graph& graph_;
};

}  // namespace terramask
