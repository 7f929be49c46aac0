#include "cpu/builder.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace terramask::cpu {
namespace {

dnnl::memory::desc elements(std::int64_t count) {
  return {{count}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::a};
}

}  // namespace

template <class Make>
std::shared_ptr<dnnl::memory> PackedParameters::find(const Entry& wanted, const dnnl::engine& engine,
                                                     const Make& make) {
  std::erase_if(entries_, [](const Entry& entry) { return entry.memory.expired(); });
  for (const Entry& entry : entries_)
    if (entry.tensor.lock() == wanted.tensor.lock() && entry.form == wanted.form &&
        entry.from == wanted.from && entry.to == wanted.to)
      if (auto found = entry.memory.lock()) return found;
  auto made = std::make_shared<dnnl::memory>(wanted.to, engine);
  make(*made);
  entries_.push_back(wanted);
  entries_.back().memory = made;
  return made;
}

std::shared_ptr<dnnl::memory> PackedParameters::get(const std::shared_ptr<const Tensor>& tensor,
                                                    const dnnl::memory::desc& from,
                                                    const dnnl::memory::desc& to,
                                                    const dnnl::engine& engine) {
  return find({tensor, {}, from, to, {}}, engine, [&](dnnl::memory& made) {
    // oneDNN's handles are not const; a reorder only reads its source.
    dnnl::memory source(from, engine, const_cast<std::byte*>(tensor->bytes().data()));  // NOLINT
    dnnl::stream stream(engine);
    dnnl::reorder(source, made).execute(stream, source, made);
    stream.wait();
  });
}

std::shared_ptr<dnnl::memory> PackedParameters::get(const std::shared_ptr<const Tensor>& tensor,
                                                    const Form& form, const dnnl::engine& engine) {
  return find({tensor, form.name, {}, elements(form.elements), {}}, engine, [&](dnnl::memory& made) {
    form.pack(tensor->values<float>().data(), static_cast<float*>(made.get_data_handle()));
  });
}

Builder::Builder(const Graph& graph, const std::vector<int>& blocks, const std::vector<ImageSeams>& seams,
                 const Traits& traits, const dnnl::engine& engine)
    : graph_(graph), blocks_(blocks), seams_(seams), traits_(traits), engine_(engine) {}

Builder::Builder(const Graph& graph, const std::vector<int>& blocks, const std::vector<ImageSeams>& seams,
                 const Traits& traits, const dnnl::engine& engine, Buffers buffers)
    : graph_(graph),
      blocks_(blocks),
      seams_(seams),
      traits_(traits),
      engine_(engine),
      buffers_(std::move(buffers)) {}

void Builder::begin(NodeId node) {
  step_ = node;
  node_ = &graph_.nodes()[node];
  scratch_bytes_ = packed_bytes_ = 0;
}

bool Builder::in_place(std::size_t i) const {
  return buffers_.plan != nullptr && buffers_.plan->in_place.at(node_->operands.at(i));
}

void* Builder::address(ValueId id) const {
  if (buffers_.plan == nullptr) return nullptr;
  if (const auto home = buffers_.plan->homes.at(id)) return buffers_.variables.at(*home);
  if (!buffers_.plan->places.at(id)) return nullptr;
  const Place& at = *buffers_.plan->places[id];
  return buffers_.chunks.at(at.chunk) + at.offset;
}

const Tensor& Builder::parameter(std::size_t i) const {
  const Value& value = graph_.values()[node_->operands.at(i)];
  if (value.role != Role::parameter)
    throw Error(ErrorCode::unsupported, value.name + ": the CPU takes trained tensors only here");
  return *buffers_.parameters->find(value.name)->second;
}

void* Builder::scratch(std::uint64_t bytes) {
  const std::uint64_t offset = scratch_bytes_;
  scratch_bytes_ += (bytes + 63) / 64 * 64;
  if (buffers_.plan == nullptr || bytes == 0) return nullptr;
  const Place& at = *buffers_.plan->scratch.at(step_);
  if (scratch_bytes_ > at.bytes) throw Error(ErrorCode::internal, "a step's scratch outgrew its plan");
  return buffers_.chunks.at(at.chunk) + at.offset + offset;
}

std::shared_ptr<dnnl::memory> Builder::packed(std::size_t i, const dnnl::memory::desc& from,
                                              const dnnl::memory::desc& to) {
  const ValueId id = node_->operands.at(i);
  const Value& value = graph_.values()[id];
  if (value.role != Role::parameter) return packed_variable(id, from, to);
  packed_bytes_ += to.get_size();
  if (buffers_.plan == nullptr) return nullptr;
  return buffers_.packed->get(buffers_.parameters->find(value.name)->second, from, to, engine_);
}

std::shared_ptr<dnnl::memory> Builder::packed(std::size_t i, const Form& form) {
  const ValueId id = node_->operands.at(i);
  const Value& value = graph_.values()[id];
  const dnnl::memory::desc to = elements(form.elements);
  if (value.role == Role::parameter) {
    packed_bytes_ += to.get_size();
    if (buffers_.plan == nullptr) return nullptr;
    return buffers_.packed->get(buffers_.parameters->find(value.name)->second, form, engine_);
  }
  void* const room = scratch(to.get_size());
  const void* const lies = weights_address(id);
  if (buffers_.plan == nullptr) return nullptr;
  step("pack", [&]() -> std::function<void()> {
    return [pack = form.pack, from = static_cast<const float*>(lies), into = static_cast<float*>(room)] {
      pack(from, into);
    };
  });
  return std::make_shared<dnnl::memory>(to, engine_, room);
}

void* Builder::weights_address(ValueId id) const {
  if (blocks_.at(id) != 1)
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: an image serves as weights, which the CPU executor cannot do",
                            graph_.values()[id].name),
                "make it a parameter or a variable");
  return address(id);
}

std::shared_ptr<dnnl::memory> Builder::packed_variable(ValueId id, const dnnl::memory::desc& from,
                                                       const dnnl::memory::desc& to) {
  const bool as_it_lies = from == to;
  void* const room = scratch(as_it_lies ? 0 : to.get_size());
  void* const lies = weights_address(id);
  if (buffers_.plan == nullptr) return nullptr;
  if (as_it_lies) return std::make_shared<dnnl::memory>(to, engine_, lies);
  dnnl::memory source(from, engine_, lies);
  auto made = std::make_shared<dnnl::memory>(to, engine_, room);
  step("reorder", [&]() -> std::function<void()> {
    return [source, made, reorder = dnnl::reorder(source, *made), stream = dnnl::stream(engine_)]() mutable {
      reorder.execute(stream, source, *made);
      stream.wait();
    };
  });
  return made;
}

void Builder::step(std::string kernel, const std::function<std::function<void()>()>& make) {
  if (buffers_.plan == nullptr) return;
  std::function<void()> run = make();
  steps_.push_back({step_, std::move(kernel), std::move(run)});
}

}  // namespace terramask::cpu
