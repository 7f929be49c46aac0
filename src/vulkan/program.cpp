#include "vulkan/program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace terramask::vulkan {
namespace {

constexpr std::uint32_t kPoisonWord = 0x7fc0dead;  // a NaN
constexpr std::uint64_t kNoTimeout = std::numeric_limits<std::uint64_t>::max();

const Kernels& find_kernels(KernelTable table, std::string_view name) {
  for (const Kernels& kernels : table)
    if (kernels.name == name) return kernels;
  throw Error(ErrorCode::unsupported, fmt::format("the Vulkan executor has no operator {}", name));
}

vk::Format format(View view) {
  switch (view) {
    case View::r32f:
      return vk::Format::eR32Sfloat;
    case View::rgba32f:
      return vk::Format::eR32G32B32A32Sfloat;
    case View::r32i:
      return vk::Format::eR32Sint;
    case View::storage:
      break;
  }
  throw Error(ErrorCode::internal, "a storage binding has no format");
}

std::uint64_t texel_bytes(View view) {
  return view == View::rgba32f ? 16 : 4;
}
std::uint64_t round_up(std::uint64_t bytes, std::uint64_t to) {
  return (bytes + to - 1) / to * to;
}

}  // namespace

VulkanProgram::VulkanProgram(std::shared_ptr<Device> device, std::shared_ptr<Shared> shared, Plan plan,
                             const Parameters& parameters, const VulkanVariables* variables,
                             KernelTable table, bool poison)
    : device_(std::move(device)),
      shared_(std::move(shared)),
      plan_(std::move(plan)),
      recorder_(plan_, device_->traits()),
      poison_(poison) {
  for (NodeId step = 0; step < plan_.graph.nodes().size(); ++step) {
    const Operator& op = plan_.graph.nodes()[step].op;
    recorder_.begin(step);
    find_kernels(table, op.name()).record(op, recorder_);
  }
  variables_ = memory_of_variables(plan_.graph, variables);
  translate_errors("compiling the program", [&] {
    pool_ = vk::raii::CommandPool(
        device_->handle(), {vk::CommandPoolCreateFlagBits::eResetCommandBuffer, device_->queue_family()});
    take_arena();
    stage();
    upload_parameters(parameters);
    bind();
    for (std::size_t slot = 0; slot < Shared::slots; ++slot) record(slot);
  });
  device_->check_validation();
}

VulkanProgram::~VulkanProgram() {
  for (Slot& slot : slots_) {
    if (!slot.in_flight) continue;
    try {
      (void)device_->handle().waitForFences(*slot.fence, true, kNoTimeout);
    } catch (
        const std::exception&) {  // NOLINT(bugprone-empty-catch): a lost device has nothing left to wait for
    }
  }
}

// Chunks are shared with the executor's other programs where they are large enough.
void VulkanProgram::take_arena() {
  for (std::size_t chunk = 0; chunk < plan_.chunks.size(); ++chunk) {
    const std::uint64_t bytes = round_up(plan_.chunks[chunk], 256);
    if (chunk == shared_->arena.size()) shared_->arena.emplace_back();
    auto& own = shared_->arena[chunk];
    if (!own || own->bytes() < bytes) {
      own.reset();
      own = std::make_shared<Buffer>(*device_, bytes, Buffer::Kind::device);
    }
    arena_.push_back(own);
  }
}

void VulkanProgram::stage() {
  staging_ = Staging(plan_, 256);
  const auto take = [&](std::shared_ptr<Buffer>& own, std::uint64_t bytes, Buffer::Kind kind) {
    if (!own || own->bytes() < bytes) {
      own.reset();
      own = std::make_shared<Buffer>(*device_, std::max<std::uint64_t>(bytes, 256), kind);
    }
    return own;
  };
  for (std::size_t slot = 0; slot < Shared::slots; ++slot) {
    upload_[slot] = take(shared_->upload[slot], staging_.input_bytes, Buffer::Kind::upload);
    readback_[slot] = take(shared_->readback[slot], staging_.output_bytes, Buffer::Kind::readback);
  }
}

std::shared_ptr<Buffer> VulkanProgram::upload(std::span<const std::byte> bytes) {
  auto buffer = std::make_shared<Buffer>(*device_, round_up(bytes.size(), 16), Buffer::Kind::device);
  copy_to_device(*device_, *buffer, bytes);
  return buffer;
}

void VulkanProgram::upload_parameters(const Parameters& parameters) {
  for (const PackedTensor& wanted : recorder_.packed_tensors()) {
    packings_.emplace_back();
    if (!wanted.order.empty()) {
      packings_.back() = upload(std::as_bytes(std::span(wanted.order)));
      packed_.push_back(std::make_shared<Buffer>(*device_, packings_.back()->bytes(), Buffer::Kind::device));
      continue;
    }
    const auto& tensor = parameters.find(plan_.graph.values()[wanted.parameter].name)->second;
    auto& known = shared_->packed[{tensor.get(), wanted.key}];
    std::shared_ptr<Buffer> buffer = known.lock();
    if (!buffer) {
      std::vector<float> values;
      if (wanted.pack)
        values = wanted.pack(*tensor);
      else
        values.assign(tensor->values<float>().begin(), tensor->values<float>().end());
      values.resize(round_up(values.size(), 4));
      buffer = upload(std::as_bytes(std::span(values)));
      known = buffer;
    }
    packed_.push_back(buffer);
    kept_.push_back(tensor);
  }
}

std::pair<const Buffer*, Place> VulkanProgram::place(const Binding& binding) const {
  switch (binding.source) {
    case Binding::Source::value: {
      if (const auto home = plan_.homes.at(binding.index)) {
        const Buffer* buffer = variables_.at(*home).get();
        return {buffer, Place{0, 0, buffer->bytes()}};
      }
      const Place place = *plan_.places.at(binding.index);
      return {arena_[place.chunk].get(), place};
    }
    case Binding::Source::scratch: {
      const auto& scratch = plan_.scratch.at(binding.index);
      if (!scratch)
        throw Error(ErrorCode::internal,
                    fmt::format("{}: its Vulkan kernels want scratch, but the operator does not say so",
                                plan_.graph.nodes()[binding.index].op.name()),
                    "declare `vulkan_scratch` in its struct");
      const Place place = *scratch;
      return {arena_[place.chunk].get(), place};
    }
    case Binding::Source::packed:
    case Binding::Source::packing:
      break;
  }
  const bool order = binding.source == Binding::Source::packing;
  const Buffer* buffer = (order ? packings_ : packed_).at(binding.index).get();
  return {buffer, Place{0, 0, buffer->bytes()}};
}

vk::BufferView VulkanProgram::texel_view(const Buffer& buffer, View view, std::uint64_t offset,
                                         std::uint64_t bytes) {
  const auto key = std::tuple(static_cast<VkBuffer>(buffer.handle()), view, offset, bytes);
  const auto found = views_.find(key);
  if (found != views_.end()) return *found->second;
  if (bytes / texel_bytes(view) > device_->traits().max_texels)
    throw Error(ErrorCode::out_of_memory,
                fmt::format("a buffer of {} bytes exceeds the device's texel buffers", bytes),
                "use a smaller `tile`");
  vk::raii::BufferView made(device_->handle(), {{}, buffer.handle(), format(view), offset, bytes});
  return *views_.emplace(key, std::move(made)).first->second;
}

void VulkanProgram::bind() {
  std::uint32_t storage = 0, texels = 0;
  for (const auto& [step, dispatch] : recorder_.dispatches())
    for (const Binding& binding : dispatch.bindings) ++(binding.view == View::storage ? storage : texels);
  const auto count = static_cast<std::uint32_t>(recorder_.dispatches().size());
  if (count == 0) return;
  const std::array sizes{
      vk::DescriptorPoolSize(vk::DescriptorType::eStorageBuffer, std::max(storage, 1u)),
      vk::DescriptorPoolSize(vk::DescriptorType::eUniformTexelBuffer, std::max(texels, 1u))};
  descriptors_ = vk::raii::DescriptorPool(
      device_->handle(), {vk::DescriptorPoolCreateFlagBits::eFreeDescriptorSet, count, sizes});

  for (const auto& [step, dispatch] : recorder_.dispatches()) {
    const Pipeline& pipeline = device_->pipeline(dispatch);
    pipelines_.push_back(&pipeline);
    vk::raii::DescriptorSets made(device_->handle(), {*descriptors_, *pipeline.set_layout});
    sets_.push_back(std::move(made.front()));

    std::vector<vk::DescriptorBufferInfo> buffers(dispatch.bindings.size());
    std::vector<vk::BufferView> views(dispatch.bindings.size());
    std::vector<vk::WriteDescriptorSet> writes;
    for (std::uint32_t i = 0; i < dispatch.bindings.size(); ++i) {
      const Binding& binding = dispatch.bindings[i];
      const auto [buffer, at] = place(binding);
      const std::uint64_t bytes = binding.bytes != 0 ? binding.bytes : at.bytes - binding.offset;
      vk::WriteDescriptorSet write(*sets_.back(), i, 0, 1, vk::DescriptorType::eStorageBuffer);
      if (binding.view == View::storage) {
        if (bytes > device_->traits().max_storage_range)
          throw Error(ErrorCode::out_of_memory,
                      fmt::format("{}: {} bytes exceed the device's storage binding of {}", dispatch.shader,
                                  bytes, device_->traits().max_storage_range),
                      "use a smaller `tile`");
        // vec4 accesses may reach into the padding behind the last element.
        buffers[i] =
            vk::DescriptorBufferInfo(buffer->handle(), at.offset + binding.offset, round_up(bytes, 16));
        write.pBufferInfo = &buffers[i];
      } else {
        views[i] = texel_view(*buffer, binding.view, at.offset + binding.offset,
                              round_up(bytes, texel_bytes(binding.view)));
        write.descriptorType = vk::DescriptorType::eUniformTexelBuffer;
        write.pTexelBufferView = &views[i];
      }
      writes.push_back(write);
    }
    device_->handle().updateDescriptorSets(writes, {});
  }
}

void VulkanProgram::record(std::size_t index) {
  Slot& slot = slots_[index];
  slot.commands = std::move(
      vk::raii::CommandBuffers(device_->handle(), {*pool_, vk::CommandBufferLevel::ePrimary, 1}).front());
  slot.fence = vk::raii::Fence(device_->handle(), vk::FenceCreateInfo());
  const auto& dispatches = recorder_.dispatches();
  const bool timed = device_->profiling() && device_->has_timestamps() && !dispatches.empty();
  if (timed)
    slot.queries = vk::raii::QueryPool(
        device_->handle(),
        {{}, vk::QueryType::eTimestamp, static_cast<std::uint32_t>(dispatches.size() + 1)});

  const vk::raii::CommandBuffer& commands = slot.commands;
  commands.begin(vk::CommandBufferBeginInfo());
  full_barrier(commands);
  if (poison_) {
    for (const auto& chunk : arena_) commands.fillBuffer(chunk->handle(), 0, VK_WHOLE_SIZE, kPoisonWord);
    full_barrier(commands);
  }
  for (const Staged& input : staging_.inputs) {
    if (!plan_.places[input.value]) continue;
    const Place& at = *plan_.places[input.value];
    commands.copyBuffer(upload_[index]->handle(), arena_[at.chunk]->handle(),
                        vk::BufferCopy(input.offset, at.offset, input.bytes));
  }
  full_barrier(commands);
  if (timed) {
    commands.resetQueryPool(*slot.queries, 0, static_cast<std::uint32_t>(dispatches.size() + 1));
    commands.writeTimestamp(vk::PipelineStageFlagBits::eBottomOfPipe, *slot.queries, 0);
  }
  for (std::size_t i = 0; i < dispatches.size(); ++i) {
    const Dispatch& dispatch = dispatches[i].dispatch;
    const bool next_depends = i + 1 == dispatches.size() || dispatches[i + 1].dispatch.barrier ||
                              dispatches[i + 1].step != dispatches[i].step || timed;
    commands.bindPipeline(vk::PipelineBindPoint::eCompute, *pipelines_[i]->pipeline);
    commands.bindDescriptorSets(vk::PipelineBindPoint::eCompute, *pipelines_[i]->layout, 0, *sets_[i], {});
    commands.pushConstants<std::byte>(*pipelines_[i]->layout, vk::ShaderStageFlagBits::eCompute, 0,
                                      dispatch.push);
    commands.dispatch(dispatch.groups[0], dispatch.groups[1], dispatch.groups[2]);
    if (next_depends) full_barrier(commands);
    if (timed)
      commands.writeTimestamp(vk::PipelineStageFlagBits::eBottomOfPipe, *slot.queries,
                              static_cast<std::uint32_t>(i + 1));
  }
  for (const Staged& output : staging_.outputs) {
    const auto [buffer, at] = place({.source = Binding::Source::value, .index = output.value});
    commands.copyBuffer(buffer->handle(), readback_[index]->handle(),
                        vk::BufferCopy(at.offset, output.offset, output.bytes));
  }
  const vk::MemoryBarrier to_host(vk::AccessFlagBits::eTransferWrite, vk::AccessFlagBits::eHostRead);
  commands.pipelineBarrier(vk::PipelineStageFlagBits::eTransfer, vk::PipelineStageFlagBits::eHost, {},
                           to_host, {}, {});
  commands.end();
}

std::span<std::byte> VulkanProgram::input(std::size_t slot, std::string_view name) {
  const Staged& staged = staging_.input(name);
  return upload_.at(slot)->mapped().subspan(staged.offset, staged.bytes);
}

std::span<const std::byte> VulkanProgram::output(std::size_t slot, std::string_view name) const {
  const Staged& staged = staging_.output(name);
  return readback_.at(slot)->mapped().subspan(staged.offset, staged.bytes);
}

void VulkanProgram::submit(std::size_t index) {
  Slot& slot = slots_.at(index);
  if (slot.in_flight) throw Error(ErrorCode::internal, "a slot was submitted twice without a wait");
  translate_errors("running the program", [&] {
    device_->handle().resetFences(*slot.fence);
    device_->submit(vk::SubmitInfo({}, {}, *slot.commands), *slot.fence);
  });
  slot.in_flight = true;
}

void VulkanProgram::wait(std::size_t index) {
  Slot& slot = slots_.at(index);
  if (!slot.in_flight) throw Error(ErrorCode::internal, "a slot was waited for without a submission");
  slot.in_flight = false;
  translate_errors("running the program", [&] {
    (void)device_->handle().waitForFences(*slot.fence, true, kNoTimeout);
    read_profile(slot);
    if (poison_) check_guards();
  });
  device_->check_validation();
}

void VulkanProgram::read_profile(const Slot& slot) {
  if (*slot.queries == vk::QueryPool()) return;
  const auto& dispatches = recorder_.dispatches();
  const std::size_t count = dispatches.size() + 1;
  const auto [status, stamps] = slot.queries.getResults<std::uint64_t>(
      0, static_cast<std::uint32_t>(count), count * sizeof(std::uint64_t), sizeof(std::uint64_t),
      vk::QueryResultFlagBits::e64 | vk::QueryResultFlagBits::eWait);
  if (status != vk::Result::eSuccess) return;
  profile_.clear();
  for (std::size_t i = 0; i < dispatches.size(); ++i) {
    const auto& [step, dispatch] = dispatches[i];
    const bool first = i == 0 || dispatches[i - 1].step != step;
    profile_.push_back({plan_.graph.values()[plan_.graph.nodes()[step].results.front()].name,
                        std::string(dispatch.shader),
                        static_cast<double>(stamps[i + 1] - stamps[i]) * device_->timestamp_period() * 1e-9,
                        first ? plan_.flops[step] : 0});
  }
}

// Behind every value stand guard words (see VulkanExecutor::plan); a kernel that wrote there wrote too far.
void VulkanProgram::check_guards() {
  for (std::size_t chunk = 0; chunk < arena_.size(); ++chunk) {
    const Buffer host(*device_, arena_[chunk]->bytes(), Buffer::Kind::readback);
    submit_and_wait(*device_, [&](const vk::raii::CommandBuffer& commands) {
      commands.copyBuffer(arena_[chunk]->handle(), host.handle(), vk::BufferCopy(0, 0, host.bytes()));
    });
    for (ValueId id = 0; id < plan_.places.size(); ++id) {
      if (!plan_.places[id] || plan_.places[id]->chunk != chunk) continue;
      const Place& at = *plan_.places[id];
      const std::uint64_t dense = round_up(plan_.graph.type(id).bytes(), 16);
      for (std::uint64_t byte = dense; byte + 4 <= at.bytes; byte += 4) {
        std::uint32_t word = 0;
        std::memcpy(&word, host.mapped().data() + at.offset + byte, 4);
        if (word != kPoisonWord)
          throw Error(ErrorCode::internal, fmt::format("{}: a kernel wrote {} bytes past the end",
                                                       plan_.graph.values()[id].name, byte + 4 - dense));
      }
    }
  }
}

}  // namespace terramask::vulkan
