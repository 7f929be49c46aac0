// Copies between host and device outside of any program.
#include <algorithm>
#include <cstring>
#include <limits>

#include "vulkan/device.hpp"
#include "vulkan/program.hpp"

namespace terramask::vulkan {

void full_barrier(const vk::raii::CommandBuffer& commands) {
  using Stage = vk::PipelineStageFlagBits;
  using Access = vk::AccessFlagBits;
  const vk::MemoryBarrier barrier(
      Access::eShaderWrite | Access::eTransferWrite | Access::eShaderRead | Access::eTransferRead,
      Access::eShaderRead | Access::eShaderWrite | Access::eTransferRead | Access::eTransferWrite);
  commands.pipelineBarrier(Stage::eComputeShader | Stage::eTransfer, Stage::eComputeShader | Stage::eTransfer,
                           {}, barrier, {}, {});
}

void submit_and_wait(const Device& device, const std::function<void(const vk::raii::CommandBuffer&)>& fill) {
  const vk::raii::CommandPool pool(device.handle(),
                                   {vk::CommandPoolCreateFlagBits::eTransient, device.queue_family()});
  const vk::raii::CommandBuffers made(device.handle(), {*pool, vk::CommandBufferLevel::ePrimary, 1});
  const vk::raii::CommandBuffer& commands = made.front();
  commands.begin({vk::CommandBufferUsageFlagBits::eOneTimeSubmit});
  full_barrier(commands);
  fill(commands);
  full_barrier(commands);
  const vk::MemoryBarrier to_host(vk::AccessFlagBits::eTransferWrite, vk::AccessFlagBits::eHostRead);
  commands.pipelineBarrier(vk::PipelineStageFlagBits::eTransfer, vk::PipelineStageFlagBits::eHost, {},
                           to_host, {}, {});
  commands.end();
  const vk::raii::Fence fence(device.handle(), vk::FenceCreateInfo());
  device.submit(vk::SubmitInfo({}, {}, *commands), *fence);
  (void)device.handle().waitForFences(*fence, true, std::numeric_limits<std::uint64_t>::max());
}

void copy_to_device(const Device& device, const Buffer& buffer, std::span<const std::byte> bytes) {
  const Buffer staging(device, std::max<std::uint64_t>(bytes.size(), 4), Buffer::Kind::upload);
  std::memcpy(staging.mapped().data(), bytes.data(), bytes.size());
  submit_and_wait(device, [&](const vk::raii::CommandBuffer& commands) {
    commands.copyBuffer(staging.handle(), buffer.handle(), vk::BufferCopy(0, 0, bytes.size()));
  });
}

void copy_from_device(const Device& device, const Buffer& buffer, std::span<std::byte> bytes) {
  const Buffer staging(device, std::max<std::uint64_t>(bytes.size(), 4), Buffer::Kind::readback);
  submit_and_wait(device, [&](const vk::raii::CommandBuffer& commands) {
    commands.copyBuffer(buffer.handle(), staging.handle(), vk::BufferCopy(0, 0, bytes.size()));
  });
  std::memcpy(bytes.data(), staging.mapped().data(), bytes.size());
}

std::shared_ptr<Buffer> VulkanVariables::make(const ValueType& type) {
  return translate_errors("making room for the variables", [&] {
    auto buffer = std::make_shared<Buffer>(*device_, (type.bytes() + 15) / 16 * 16, Buffer::Kind::device);
    submit_and_wait(*device_, [&](const vk::raii::CommandBuffer& commands) {
      commands.fillBuffer(buffer->handle(), 0, VK_WHOLE_SIZE, 0);
    });
    return buffer;
  });
}

void VulkanVariables::upload(Buffer& memory, std::span<const std::byte> bytes) const {
  translate_errors("writing variables", [&] { copy_to_device(*device_, memory, bytes); });
}

void VulkanVariables::download(const Buffer& memory, std::span<std::byte> bytes) const {
  translate_errors("reading variables", [&] { copy_from_device(*device_, memory, bytes); });
}

}  // namespace terramask::vulkan
