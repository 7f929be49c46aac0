// Kernels for processors that have less than this one are tested by telling oneDNN so: our own loops must
// listen.
#ifdef TERRAMASK_CPU
#include "cpu/instruction_set.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

namespace terramask::tests {
namespace {

TEST(InstructionSet, OurLoopsUseNoMoreThanOneDNNMay) {
  const char* named = std::getenv("ONEDNN_MAX_CPU_ISA");
  if (named == nullptr)
    GTEST_SKIP() << "ONEDNN_MAX_CPU_ISA is not set: Kernels.of_AVX2 and Kernels.of_SSE41 do";
  const std::map<std::string, int> most{{"SSE41", 1}, {"AVX", 1}, {"AVX2", 3}};
  ASSERT_TRUE(most.contains(named)) << named;
  EXPECT_LE(cpu::vector_level(), most.at(named));
}

}  // namespace
}  // namespace terramask::tests
#endif
