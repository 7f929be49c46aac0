// Subcommands that mpirun may start as several ranks.
#pragma once

#include <functional>
#include <string>

#include "cli/messages.hpp"
#include "terramask/communicator.hpp"
#include "terramask/executor.hpp"

namespace terramask::tools {

/// Joins the other ranks, if there are any, and does the work. What `work` throws on one rank ends all of
/// them, with one message and its exit status (128 + signal where that was a wish to stop). Returns the exit
/// status.
/// @param name the program and its subcommand: "terramask train"
int on_ranks(const std::string& name, const std::function<int(Communicator& ranks)>& work);

/// For a rank other than the first that ends because of what is wrong for all: Open MPI 5 ends the whole job
/// with the first rank that fails, and rank 0 must have said why by then.
void let_first_rank_speak();

/// Rank 0 speaks for all: the others say nothing.
Verbosity of_rank(const Verbosity& verbosity, const Communicator& ranks);

/// With as many threads as the others on this machine leave, where the caller has not said how many; and
/// where "auto" finds several GPUs of a kind, each rank of a machine takes its own.
ExecutorOptions of_rank(ExecutorOptions options, const Communicator& ranks);

}  // namespace terramask::tools
