// Devices, slices of large tensors, profiles, and programs that share an executor's memory.
#include <gtest/gtest.h>

#include <algorithm>

#include "ops/operators.hpp"
#include "terramask/executor.hpp"
#include "terramask/model.hpp"
#include "terramask/passes.hpp"
#include "vulkan/recorder.hpp"

namespace terramask {
namespace {

ExecutorOptions validated() {
  return {.device = "vulkan", .validation = true};
}

Network small_unet(std::int64_t side) {
  const Graph graph =
      build_network({.architecture = "unet", .bands = 3, .classes = 2, .keys = {{"width", 4}, {"depth", 2}}},
                    1, side, side);
  return optimise_for_inference({graph, random_parameters(graph, 1)});
}

TEST(Devices, AreListedWithWhatTheyAre) {
  const auto devices = list_devices();
  ASSERT_FALSE(devices.empty());
  EXPECT_EQ(devices.front().id, "vulkan:0");
  for (const DeviceInfo& device : devices) {
    EXPECT_FALSE(device.name.empty());
    EXPECT_FALSE(device.kind.empty());
    EXPECT_EQ(device.usable, device.why_not.empty());
  }
}

TEST(Devices, AreFoundByNumberAndByPartOfTheName) {
  const std::string name = make_executor({.device = "vulkan:0"})->device_name();
  EXPECT_EQ(make_executor({.device = name.substr(0, 5)})->device_name(), name);
  for (const char* wanted : {"vulkan:99", "no such device"}) {
    try {
      make_executor({.device = wanted});
      FAIL() << "found " << wanted;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::not_found);
      EXPECT_NE(error.remedy().find(name), std::string::npos) << error.what();
    }
  }
}

TEST(Slices, CoverAllPlanesInAlignedBindings) {
  vulkan::Traits traits;
  traits.max_storage_range = 10'000;
  traits.storage_alignment = 256;
  for (const std::int64_t area : {1, 7, 63, 100, 150})
    for (const std::int64_t planes : {1, 16, 33, 200}) {
      std::int64_t next = 0;
      for (const auto& slice : vulkan::slice_planes(traits, planes, area, 16)) {
        EXPECT_EQ(slice.first, next);
        EXPECT_TRUE(slice.first % 16 == 0);
        EXPECT_EQ(slice.offset % 256, 0u);
        EXPECT_EQ(slice.offset + slice.lead * 4u, static_cast<std::uint64_t>(slice.first * area) * 4);
        EXPECT_LE(slice.bytes, traits.max_storage_range);
        EXPECT_EQ(slice.bytes, (slice.lead + static_cast<std::uint64_t>(slice.planes * area)) * 4);
        next += slice.planes;
      }
      EXPECT_EQ(next, planes);
    }
  EXPECT_THROW(vulkan::slice_planes(traits, 16, 1000, 16), Error);
}

TEST(Programs, ProfileTheirKernels) {
  ExecutorOptions options = validated();
  options.profile = true;
  const Network network = small_unet(64);
  const auto executor = make_executor(options);
  const auto program = executor->compile(network.graph, network.parameters);
  std::ranges::fill(program->input_as<float>(0, "image"), 0.5F);
  program->submit(0);
  program->wait(0);
  const auto profile = program->profile();
  ASSERT_GE(profile.size(), network.graph.nodes().size() - 2);  // concatenations may cost nothing
  double flops = 0;
  for (const KernelTime& kernel : profile) {
    EXPECT_GE(kernel.seconds, 0);
    flops += kernel.flops;
  }
  EXPECT_NEAR(flops, program->plan().total_flops, 1e-3 * flops);
}

// Programs of several shapes share arena, staging and weights: running one must not disturb the next.
TEST(Programs, OfSeveralShapesShareMemory) {
  const auto executor = make_executor(validated());
  const Network large = small_unet(96), small = small_unet(32);
  const auto a = executor->compile(large.graph, large.parameters);
  const std::uint64_t before = a->memory_bytes();
  const auto b = executor->compile(small.graph, large.parameters);
  EXPECT_EQ(b->memory_bytes(), before);

  const auto run = [](Program& program, std::size_t slot, float value) {
    std::ranges::fill(program.input_as<float>(slot, "image"), value);
    program.submit(slot);
    program.wait(slot);
    const auto logits = program.output_as<float>(slot, "logits");
    return std::vector<float>(logits.begin(), logits.end());
  };
  const auto first = run(*a, 0, 0.25F);
  const auto other = run(*b, 1, -1.0F);
  EXPECT_EQ(run(*a, 1, 0.25F), first);
  EXPECT_EQ(run(*b, 0, -1.0F), other);
}

TEST(Programs, RunInBothSlotsAtOnce) {
  const auto executor = make_executor(validated());
  const Network network = small_unet(64);
  const auto program = executor->compile(network.graph, network.parameters);
  std::ranges::fill(program->input_as<float>(0, "image"), 1.0F);
  std::ranges::fill(program->input_as<float>(1, "image"), 1.0F);
  program->submit(0);
  program->submit(1);
  program->wait(0);
  program->wait(1);
  EXPECT_TRUE(
      std::ranges::equal(program->output_as<float>(0, "logits"), program->output_as<float>(1, "logits")));
  EXPECT_THROW(program->wait(0), Error);
}

TEST(Programs, NameTheTensorThatIsMissing) {
  Network network = small_unet(32);
  const std::string name = network.parameters.begin()->first;
  network.parameters.erase(name);
  try {
    make_executor(validated())->compile(network.graph, network.parameters);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(error.message().find(name), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace terramask
