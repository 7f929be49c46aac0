#include "cluster/joined.hpp"

namespace terramask::cluster {

#ifndef TERRAMASK_MPI
const bool built_with_mpi = false;

std::unique_ptr<Communicator> join_mpi() {
  return nullptr;
}
#endif

}  // namespace terramask::cluster
