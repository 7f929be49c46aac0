// Which instructions the CPU's kernels may use: oneDNN's and our own alike.
#pragma once

#include <string>

namespace terramask::cpu {

/// What the processor has, or less: ONEDNN_MAX_CPU_ISA (AVX2, SSE41, ...), which is oneDNN's own and is read
/// once, holds for all kernels, so that those of other processors can be tested on one that has everything.
enum class InstructionSet { generic, sse41, avx, avx2, avx512 };
InstructionSet instruction_set();

/// "AVX2"
std::string instruction_set_name();

/// The x86-64 microarchitecture level that our own loops are taken in: 4 (AVX-512), 3 (AVX2) or 1.
int vector_level();

}  // namespace terramask::cpu
