#include "cpu/program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "cpu/layout.hpp"

namespace terramask::cpu {
namespace {

constexpr std::uint32_t kPoisonWord = 0x7fc0dead;  // a NaN

const Kernels& find_kernels(KernelTable table, std::string_view name) {
  for (const Kernels& kernels : table)
    if (kernels.name == name) return kernels;
  throw Error(ErrorCode::unsupported, fmt::format("the CPU executor has no operator {}", name));
}

std::uint64_t round_up(std::uint64_t bytes, std::uint64_t to) {
  return (bytes + to - 1) / to * to;
}

// Memory is shared with the executor's other programs where it is large enough.
std::shared_ptr<Memory> take(std::shared_ptr<Memory>& own, std::uint64_t bytes) {
  if (!own || own->bytes() < bytes) {
    own.reset();
    own = std::make_shared<Memory>(bytes);
  }
  return own;
}

}  // namespace

std::shared_ptr<Memory> CpuVariables::make(const ValueType& type) {
  return std::make_shared<Memory>(std::max<std::uint64_t>(type.bytes(), 64));
}

void CpuVariables::upload(Memory& memory, std::span<const std::byte> bytes) const {
  std::ranges::copy(bytes, memory.data());
}

void CpuVariables::download(const Memory& memory, std::span<std::byte> bytes) const {
  std::copy_n(memory.data(), bytes.size(), bytes.data());
}

CpuProgram::CpuProgram(std::shared_ptr<Shared> shared, Plan plan, const Parameters& parameters,
                       const CpuVariables* variables, KernelTable table, const Traits& traits,
                       const ExecutorOptions& options, const TileGrid& grid)
    : shared_(std::move(shared)),
      plan_(std::move(plan)),
      traits_(traits),
      blocks_(choose_blocks(plan_.graph, traits.block)),
      seams_(find_seams(plan_.graph, grid)),
      poison_(options.poison),
      profiling_(options.profile),
      losses_(options.device_losses) {
  for (std::size_t chunk = 0; chunk < plan_.chunks.size(); ++chunk) {
    if (chunk == shared_->arena.size()) shared_->arena.emplace_back();
    arena_.push_back(take(shared_->arena[chunk], plan_.chunks[chunk]));
  }
  variables_ = memory_of_variables(plan_.graph, variables);
  stage();
  prepare(parameters, table);
}

CpuProgram::~CpuProgram() {
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] {
    return std::ranges::all_of(slots_, [](const Slot& slot) { return !slot.in_flight || slot.done; });
  });
}

void CpuProgram::stage() {
  staging_ = Staging(plan_, 64);
  for (std::size_t slot = 0; slot < Shared::slots; ++slot) {
    input_memory_[slot] = take(shared_->inputs[slot], staging_.input_bytes);
    output_memory_[slot] = take(shared_->outputs[slot], staging_.output_bytes);
  }
}

void CpuProgram::prepare(const Parameters& parameters, KernelTable table) {
  const ThreadsScope scope(shared_->threads);
  Builder::Buffers buffers{
      .plan = &plan_, .parameters = &parameters, .chunks = {}, .packed = &shared_->packed};
  for (const auto& chunk : arena_) buffers.chunks.push_back(chunk->data());
  for (const auto& variable : variables_) buffers.variables.push_back(variable ? variable->data() : nullptr);
  Builder builder(plan_.graph, blocks_, seams_, traits_, shared_->engine, std::move(buffers));
  try {
    for (NodeId node = 0; node < plan_.graph.nodes().size(); ++node) {
      const Operator& op = plan_.graph.nodes()[node].op;
      builder.begin(node);
      find_kernels(table, op.name()).prepare(op, builder);
    }
  } catch (const dnnl::error& error) {
    if (error.status != dnnl_out_of_memory) throw Error(ErrorCode::internal, error.what());
    throw Error(ErrorCode::out_of_memory, "compiling the program: out of memory" + memory_limit_note(),
                "use a smaller `tile`");
  }
  steps_ = builder.take_steps();
}

std::byte* CpuProgram::address(ValueId id) const {
  if (const auto home = plan_.homes.at(id)) return variables_.at(*home)->data();
  const Place& at = *plan_.places.at(id);
  return arena_[at.chunk]->data() + at.offset;
}

std::span<std::byte> CpuProgram::input(std::size_t slot, std::string_view name) {
  const Staged& staged = staging_.input(name);
  return {input_memory_.at(slot)->data() + staged.offset, staged.bytes};
}

std::span<const std::byte> CpuProgram::output(std::size_t slot, std::string_view name) const {
  const Staged& staged = staging_.output(name);
  return {output_memory_.at(slot)->data() + staged.offset, staged.bytes};
}

void CpuProgram::submit(std::size_t index) {
  Slot& slot = slots_.at(index);
  if (slot.in_flight) throw Error(ErrorCode::internal, "a slot was submitted twice without a wait");
  if (losses_ && losses_->fetch_sub(1) > 0)
    throw Error(ErrorCode::device_lost, "running the program: the device was lost");
  slot.done = false;
  slot.failure = nullptr;
  shared_->worker.add([this, index] {
    std::exception_ptr failure;
    try {
      run(index);
    } catch (...) {
      failure = std::current_exception();
    }
    // Told under the lock: the program may be gone as soon as the lock is free.
    const std::lock_guard lock(mutex_);
    slots_[index].failure = failure;
    slots_[index].done = true;
    done_.notify_all();
  });
  slot.in_flight = true;
}

void CpuProgram::wait(std::size_t index) {
  Slot& slot = slots_.at(index);
  if (!slot.in_flight) throw Error(ErrorCode::internal, "a slot was waited for without a submission");
  {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [&] { return slot.done; });
  }
  slot.in_flight = false;
  if (!slot.failure) return;
  try {
    std::rethrow_exception(slot.failure);
  } catch (const dnnl::error& error) {
    throw Error(error.status == dnnl_out_of_memory ? ErrorCode::out_of_memory : ErrorCode::internal,
                std::string("running the program: ") + error.what());
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::out_of_memory, "running the program: out of memory" + memory_limit_note(),
                "use a smaller `tile`");
  }
}

void CpuProgram::run(std::size_t slot) {
  using Clock = std::chrono::steady_clock;
  if (poison_) poison();
  for (const Staged& input : staging_.inputs)
    if (plan_.places[input.value])
      to_blocks(plan_.graph.type(input.value).shape, blocks_[input.value],
                input_memory_[slot]->data() + input.offset, address(input.value));
  std::vector<KernelTime> times;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    const auto start = Clock::now();
    step.run();
    if (!profiling_) continue;
    const bool first = i == 0 || steps_[i - 1].node != step.node;
    times.push_back({plan_.graph.values()[plan_.graph.nodes()[step.node].results.front()].name, step.kernel,
                     std::chrono::duration<double>(Clock::now() - start).count(),
                     first ? plan_.flops[step.node] : 0});
  }
  for (const Staged& output : staging_.outputs)
    from_blocks(plan_.graph.type(output.value).shape, blocks_[output.value], address(output.value),
                output_memory_[slot]->data() + output.offset);
  if (poison_) check_guards();
  if (!profiling_) return;
  const std::lock_guard lock(mutex_);
  profile_ = std::move(times);
}

std::vector<KernelTime> CpuProgram::profile() const {
  const std::lock_guard lock(mutex_);
  return profile_;
}

std::uint64_t CpuProgram::memory_bytes() const {
  std::uint64_t bytes = plan_.parameter_bytes + plan_.variable_bytes;
  for (const auto& chunk : arena_) bytes += chunk->bytes();
  for (const auto& staging : {input_memory_, output_memory_})
    for (const auto& memory : staging) bytes += memory->bytes();
  return bytes;
}

void CpuProgram::poison() const {
  for (const auto& chunk : arena_)
    for (std::uint64_t byte = 0; byte + 4 <= chunk->bytes(); byte += 4)
      std::memcpy(chunk->data() + byte, &kPoisonWord, 4);
}

// Behind every value stand guard words (see CpuExecutor::plan); a kernel that wrote there wrote too far.
void CpuProgram::check_guards() const {
  for (ValueId id = 0; id < plan_.places.size(); ++id) {
    if (!plan_.places[id]) continue;
    const std::uint64_t dense = round_up(plan_.graph.type(id).bytes(), 4);
    for (std::uint64_t byte = dense; byte + 4 <= plan_.places[id]->bytes; byte += 4)
      if (std::memcmp(address(id) + byte, &kPoisonWord, 4) != 0)
        throw Error(ErrorCode::internal, fmt::format("{}: a kernel wrote {} bytes past the end",
                                                     plan_.graph.values()[id].name, byte + 4 - dense));
  }
}

}  // namespace terramask::cpu
