#include "terramask/communicator.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>

#include "cluster/joined.hpp"

namespace terramask {
namespace {

std::optional<int> number(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  char* end = nullptr;
  const long value = std::strtol(text, &end, 10);
  if (end == text || *end != '\0' || value < 0 || value > 1 << 24) return std::nullopt;
  return static_cast<int>(value);
}

}  // namespace

bool Communicator::any(bool here) {
  std::uint64_t count = here ? 1 : 0;
  sum(std::span(&count, 1));
  return count > 0;
}

void Communicator::broadcast(std::string& text, int from) {
  std::uint64_t size = text.size();
  broadcast(std::as_writable_bytes(std::span(&size, 1)), from);
  text.resize(size);
  broadcast(std::as_writable_bytes(std::span(text)), from);
}

std::optional<Launch> launched() {
  // Open MPI; MPICH, Intel MPI and srun --mpi=pmi2; MVAPICH2. SLURM_NTASKS says nothing: whatever a batch
  // script starts has it.
  struct Names {
    const char *rank, *size;
  };
  constexpr std::array<Names, 3> launchers{{{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                            {"PMI_RANK", "PMI_SIZE"},
                                            {"MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE"}}};
  for (const auto& [rank, size] : launchers)
    if (const auto ranks = number(size)) return Launch{number(rank).value_or(0), *ranks};
  // srun --mpi=pmix tells the rank; how many there are, only its own step does.
  if (const auto rank = number("PMIX_RANK")) return Launch{*rank, number("SLURM_STEP_NUM_TASKS").value_or(0)};
  return std::nullopt;
}

std::unique_ptr<Communicator> join_ranks() {
  const auto launch = launched();
  if (!launch || launch->size == 1) return one_rank();
  if (auto joined = cluster::join_mpi()) return joined;
  throw Error(ErrorCode::unsupported,
              fmt::format("started as rank {} of several, but this build has no MPI", launch->rank),
              "install libopenmpi-dev and build with -DTERRAMASK_MPI=ON");
}

bool has_mpi() {
  return cluster::built_with_mpi;
}

}  // namespace terramask
