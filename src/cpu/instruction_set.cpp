#include "cpu/instruction_set.hpp"

#include <algorithm>

#include "cpu/onednn.hpp"

namespace terramask::cpu {
namespace {

/// oneDNN does not ask for every instruction of a level, the compiler may use any.
int processor_level() {
#if defined(__x86_64__) && !defined(__clang__)
  return __builtin_cpu_supports("x86-64-v4") ? 4 : __builtin_cpu_supports("x86-64-v3") ? 3 : 1;
#elif defined(__x86_64__)
  // Clang knows the levels by name from version 18 only.
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                  __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  return v4 ? 4 : v3 ? 3 : 1;
#else
  return 1;
#endif
}

int allowed_level() {
  switch (instruction_set()) {
    case InstructionSet::avx512:
      return 4;
    case InstructionSet::avx2:
      return 3;
    default:
      return 1;
  }
}

}  // namespace

InstructionSet instruction_set() {
  switch (dnnl::get_effective_cpu_isa()) {
    case onednn::kGenericIsa:
      return InstructionSet::generic;
    case dnnl::cpu_isa::sse41:
      return InstructionSet::sse41;
    case dnnl::cpu_isa::avx:
      return InstructionSet::avx;
    case dnnl::cpu_isa::avx2:
    case dnnl::cpu_isa::avx2_vnni:
      return InstructionSet::avx2;
    default:
      return InstructionSet::avx512;
  }
}

std::string instruction_set_name() {
  switch (instruction_set()) {
    case InstructionSet::sse41:
      return "SSE4.1";
    case InstructionSet::avx:
      return "AVX";
    case InstructionSet::avx2:
      return "AVX2";
    case InstructionSet::avx512:
      return "AVX-512";
    case InstructionSet::generic:
      break;
  }
  return "generic code";
}

int vector_level() {
  static const int level = std::min(processor_level(), allowed_level());
  return level;
}

}  // namespace terramask::cpu
