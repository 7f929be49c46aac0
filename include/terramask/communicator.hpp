// The ranks of one job: the processes that an MPI launcher (mpirun, srun) has started together, on one
// machine or many. Where nothing was launched there is one rank, and nothing here costs anything.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "terramask/error.hpp"

namespace terramask {

/// A message from one rank to another.
struct RankMessage {
  int from = 0;
  int tag = 0;
  std::string bytes;
};

/// What the ranks of a job say to each other. Collective calls (sum, broadcast, barrier) are made by all
/// ranks in the same order and end when all have made them. A communicator may be used by several threads; a
/// collective call keeps the others waiting. Errors of the network are ErrorCode::io.
class Communicator {
 public:
  virtual ~Communicator() = default;
  Communicator() = default;
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;

  virtual int rank() const = 0;  ///< 0 … size − 1
  virtual int size() const = 0;
  /// Rank 0 speaks to people and writes what all have made.
  bool first() const { return rank() == 0; }
  bool alone() const { return size() == 1; }

  /// Of the ranks on this machine.
  virtual int local_rank() const = 0;
  virtual int local_size() const = 0;
  /// Threads that this rank may run without taking them from the others on this machine: a fair share of the
  /// cores that the launcher has bound them to; at least 1.
  virtual int fair_threads() const = 0;

  /// Element by element ((x₀ + x₁) + x₂) + …, in the order of the ranks: on every rank the same bits, run
  /// after run. All ranks give as many values. Takes 4 MiB of memory beside them.
  virtual void sum(std::span<float> values) = 0;
  virtual void sum(std::span<double> values) = 0;
  virtual void sum(std::span<std::uint64_t> values) = 0;
  /// Whether any rank says so.
  bool any(bool here);
  /// What rank `from` has, for all; of the same size on every rank.
  virtual void broadcast(std::span<std::byte> bytes, int from) = 0;
  /// What rank `from` has, for all; of any size (those of the others are replaced).
  void broadcast(std::string& text, int from);
  /// Waits for all ranks, without keeping a core busy.
  virtual void barrier() = 0;

  /// Returns at once. Messages from one rank to another arrive in the order in which they were sent.
  virtual void send(int to, int tag, std::string_view bytes) = 0;
  /// The next message from whichever rank, with whichever tag; nothing if none comes in time. Does not keep a
  /// core busy.
  virtual std::optional<RankMessage> receive(std::chrono::milliseconds timeout) = 0;

  /// Ends every rank with this exit status, after the message of one of them: a rank other than the first
  /// waits three seconds with it, since what all come upon is for the first to tell. `tell` prints. Where
  /// there is one rank, it prints and exits.
  [[noreturn]] virtual void abort(int status, const std::string& message,
                                  void (*tell)(const std::string& message)) = 0;
};

/// What an MPI launcher has told this process by its environment; asks no MPI.
struct Launch {
  int rank = 0;
  int size = 1;  ///< 0: a launcher's, but it does not tell how many
};
/// Nothing where the process was not started by one (mpirun, mpiexec, srun --mpi=pmi2 or pmix).
std::optional<Launch> launched();

/// Joins the other ranks that were started with this process: MPI begins here, and ends with the
/// communicator, of which a process has one. A process that was started alone is the one rank there is, and
/// MPI never begins. ErrorCode::unsupported where a launcher has started several and this build has no MPI.
std::unique_ptr<Communicator> join_ranks();
/// One rank, whatever has started the process.
std::unique_ptr<Communicator> one_rank();
/// Whether this build can join several.
bool has_mpi();

}  // namespace terramask
