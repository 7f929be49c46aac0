// The ranks of one job: the processes that an MPI launcher (mpirun, srun) has started together, on one
// machine or many. Without a launcher there is one rank, at no cost.
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

/// Communication between the ranks of a job. Collective calls (sum, broadcast, barrier) are made by all
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
  /// Rank 0 prints messages and writes the results of all ranks.
  bool first() const { return rank() == 0; }
  bool alone() const { return size() == 1; }

  /// Of the ranks on this machine.
  virtual int local_rank() const = 0;
  virtual int local_size() const = 0;
  /// Threads that this rank may run without taking them from the others on this machine: a fair share of the
  /// cores that the launcher has bound them to; at least 1.
  virtual int fair_threads() const = 0;

  /// Element by element ((x₀ + x₁) + x₂) + …, in the order of the ranks: on every rank the same bits, run
  /// after run. All ranks pass the same number of values. Uses 4 MiB of additional memory.
  virtual void sum(std::span<float> values) = 0;
  virtual void sum(std::span<double> values) = 0;
  virtual void sum(std::span<std::uint64_t> values) = 0;
  /// Whether the value is true on any rank.
  bool any(bool here);
  /// Copies the values of rank `from` to all ranks; their number is the same on every rank.
  virtual void broadcast(std::span<std::byte> bytes, int from) = 0;
  /// Copies the bytes of rank `from` to all ranks, whatever their number; those of the other ranks are
  /// replaced.
  void broadcast(std::string& text, int from);
  /// Waits for all ranks, without keeping a core busy.
  virtual void barrier() = 0;

  /// Returns at once. Messages from one rank to another arrive in the order in which they were sent.
  virtual void send(int to, int tag, std::string_view bytes) = 0;
  /// The next message from whichever rank, with whichever tag; nothing if none comes in time. Does not keep a
  /// core busy.
  virtual std::optional<RankMessage> receive(std::chrono::milliseconds timeout) = 0;

  /// Ends every rank with this exit status, after one of them has printed its message with `tell`. Ranks
  /// other than the first wait three seconds before they do, so that the first reports errors common to all.
  /// A single rank prints and exits.
  [[noreturn]] virtual void abort(int status, const std::string& message,
                                  void (*tell)(const std::string& message)) = 0;
};

/// What an MPI launcher passed to this process in its environment; does not call MPI.
struct Launch {
  int rank = 0;
  int size = 1;  ///< 0: started by a launcher that does not state the number
};
/// Nothing where the process was not started by one (mpirun, mpiexec, srun --mpi=pmi2 or pmix).
std::optional<Launch> launched();

/// Joins the other ranks that were started with this process: MPI begins here, and ends with the
/// communicator, of which a process has one. A process that was started alone is the one rank there is, and
/// MPI never begins. ErrorCode::unsupported where a launcher has started several and this build has no MPI.
std::unique_ptr<Communicator> join_ranks();
/// One rank, whatever has started the process.
std::unique_ptr<Communicator> one_rank();
/// Whether this build supports several ranks.
bool has_mpi();

}  // namespace terramask
