// How an operator says what is to be run on the CPU. src/ops/<op>/cpu.cpp fills it twice: for a plan, to
// learn what scratch it wants, and for a program, with the buffers in their places.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <oneapi/dnnl/dnnl.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/loops.hpp"
#include "terramask/executor.hpp"

namespace terramask::cpu {

/// What decides the choice of implementations.
struct Traits {
  int block = 16;  ///< channels of oneDNN's blocked layouts
  bool winograd = false;
  Precision precision = Precision::fast;
};

/// Weights in an operator's own form.
struct Form {
  std::string name;  ///< what is packed otherwise has another name
  std::int64_t elements = 0;
  std::function<void(const float* weights, float* packed)> pack;
};

/// Parameters in the layout a primitive wants, by tensor and layout; they live as long as a program uses
/// them.
class PackedParameters {
 public:
  /// `tensor`, lying as `from`, in the layout `to`.
  std::shared_ptr<dnnl::memory> get(const std::shared_ptr<const Tensor>& tensor,
                                    const dnnl::memory::desc& from, const dnnl::memory::desc& to,
                                    const dnnl::engine& engine);
  /// `tensor` in a form of an operator's own.
  std::shared_ptr<dnnl::memory> get(const std::shared_ptr<const Tensor>& tensor, const Form& form,
                                    const dnnl::engine& engine);

 private:
  struct Entry {
    std::weak_ptr<const Tensor> tensor;
    std::string form;
    dnnl::memory::desc from, to;
    std::weak_ptr<dnnl::memory> memory;
  };
  template <class Make>
  std::shared_ptr<dnnl::memory> find(const Entry& wanted, const dnnl::engine& engine, const Make& make);
  std::vector<Entry> entries_;
};

/// One piece of a node's work.
struct Step {
  NodeId node;
  std::string kernel;
  std::function<void()> run;
};

class Builder {
 public:
  /// For a plan: no buffer has an address, and nothing is made.
  Builder(const Graph& graph, const std::vector<int>& blocks, const std::vector<ImageSeams>& seams,
          const Traits& traits, const dnnl::engine& engine);
  /// For a program.
  struct Buffers {
    const Plan* plan = nullptr;
    const Parameters* parameters = nullptr;
    std::vector<std::byte*> chunks;
    std::vector<std::byte*> variables{};  ///< by ValueId of the variable
    PackedParameters* packed = nullptr;
  };
  Builder(const Graph& graph, const std::vector<int>& blocks, const std::vector<ImageSeams>& seams,
          const Traits& traits, const dnnl::engine& engine, Buffers buffers);

  // For operators
  // --------------------------------------------------------------------------------------------
  const Traits& traits() const { return traits_; }
  const dnnl::engine& engine() const { return engine_; }
  std::size_t operands() const { return node_->operands.size(); }
  std::size_t results() const { return node_->results.size(); }
  template <class T = const float>
  Image<T> operand(std::size_t i) const {
    const ValueId id = node_->operands.at(i);
    return {static_cast<T*>(address(id)), graph_.type(id).shape, blocks_.at(id)};
  }
  template <class T = float>
  Image<T> result(std::size_t i = 0) const {
    const ValueId id = node_->results.at(i);
    return {static_cast<T*>(address(id)), graph_.type(id).shape, blocks_.at(id)};
  }
  /// Where the result's pixels must not be computed together.
  const ImageSeams& seams() const { return seams_.at(node_->results.front()); }
  /// Operand i is trained and constant: it is no value of the arena, but parameter(i) and packed(i).
  bool is_parameter(std::size_t i) const {
    return graph_.values()[node_->operands.at(i)].role == Role::parameter;
  }
  const Shape& operand_shape(std::size_t i) const { return graph_.type(node_->operands.at(i)).shape; }
  /// Operand i has been made where it stands in the result already: nothing is to be copied.
  bool in_place(std::size_t i) const;
  /// A parameter operand; only for a program.
  const Tensor& parameter(std::size_t i) const;
  /// Bytes for this node alone, aligned to 64; null for a plan.
  void* scratch(std::uint64_t bytes);
  /// A trained operand in the layout `to`; it lies as `from`. A variable is brought into it anew at every
  /// run, in a step of its own. Null for a plan.
  std::shared_ptr<dnnl::memory> packed(std::size_t i, const dnnl::memory::desc& from,
                                       const dnnl::memory::desc& to);
  /// The same in a form of the operator's own.
  std::shared_ptr<dnnl::memory> packed(std::size_t i, const Form& form);
  /// `make` is called for a program only, and gives what is to be run each time.
  void step(std::string kernel, const std::function<std::function<void()>()>& make);

  // For the executor
  // -----------------------------------------------------------------------------------------
  void begin(NodeId node);
  std::uint64_t scratch_bytes() const { return scratch_bytes_; }
  std::uint64_t packed_bytes() const { return packed_bytes_; }
  std::vector<Step> take_steps() { return std::move(steps_); }

 private:
  void* address(ValueId id) const;
  std::shared_ptr<dnnl::memory> packed_variable(ValueId id, const dnnl::memory::desc& from,
                                                const dnnl::memory::desc& to);
  void* weights_address(ValueId id) const;

  const Graph& graph_;
  const std::vector<int>& blocks_;
  const std::vector<ImageSeams>& seams_;
  const Traits& traits_;
  const dnnl::engine& engine_;
  Buffers buffers_;
  NodeId step_ = 0;
  const Node* node_ = nullptr;
  std::uint64_t scratch_bytes_ = 0, packed_bytes_ = 0;
  std::vector<Step> steps_;
};

/// What the CPU executor knows of an operator; a null tile means 1.
struct Kernels {
  std::string_view name;
  void (*prepare)(const Operator&, Builder&) = nullptr;
  std::int64_t (*tile)(const Operator&, const Graph&, const Node&, const Traits&) = nullptr;
};
using KernelTable = std::span<const Kernels>;

/// The CPU with the kernels of `table`; the table must outlive it.
std::unique_ptr<Executor> open(const ExecutorOptions& options, KernelTable table);

/// As `terramask devices` lists it.
DeviceInfo describe_device();

}  // namespace terramask::cpu
