// What is there with MPI only.
#pragma once

#include "terramask/communicator.hpp"

namespace terramask::cluster {

extern const bool built_with_mpi;
/// Null in a build without MPI.
std::unique_ptr<Communicator> join_mpi();

}  // namespace terramask::cluster
