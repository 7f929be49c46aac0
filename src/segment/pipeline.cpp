#include "segment/pipeline.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <thread>

#include "segment/bounded_queue.hpp"
#include "segment/patch_reader.hpp"

namespace terramask::segment {
namespace {

using Clock = std::chrono::steady_clock;

class Stopwatch {
 public:
  explicit Stopwatch(double& total) : total_(total) {}
  ~Stopwatch() { total_ += std::chrono::duration<double>(Clock::now() - start_).count(); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double& total_;
  Clock::time_point start_ = Clock::now();
};

// What comes over a network is asked for while the tiles before are read and computed.
constexpr std::size_t tiles_ahead = 3;

struct Patch {
  TileResult result;  // tile and validity, so far
  std::vector<float> values;
};

// The first error of any stage; it stops the others.
class FirstError {
 public:
  void set(std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
    failed_ = true;
  }
  bool failed() const { return failed_; }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::mutex mutex_;
  std::exception_ptr error_;
  std::atomic<bool> failed_{false};
};

template <class T>
void copy_output(const Program& program, std::size_t slot, std::string_view name, std::vector<T>& to) {
  const auto from = program.output_as<T>(slot, name);
  to.assign(from.begin(), from.end());
}

// The middle stage: up to two tiles on the device, so that it never waits for a copy.
class Compute {
 public:
  Compute(Job& job, NetworkRunner& runner, BoundedQueue<Patch>& patches, BoundedQueue<TileResult>& results,
          PipelineTimes& times)
      : wanted_(job.wanted()), runner_(runner), patches_(patches), results_(results), times_(times) {}

  /// Where another stage failed, patches may still be on the device: the next raster must find the slots
  /// free.
  ~Compute() {
    for (Flight& flight : flying_) {
      try {
        flight.program->wait(flight.slot);
      } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): another error is on its way already
      }
    }
  }
  Compute(const Compute&) = delete;
  Compute& operator=(const Compute&) = delete;

  void run(const FirstError& error) {
    while (!error.failed()) {
      if (flying_.size() < slots) {
        std::optional<Patch> patch = next();
        if (patch) {
          launch(std::move(*patch));
          continue;
        }
        if (flying_.empty()) return;
      }
      if (!land()) return;
    }
  }

 private:
  static constexpr std::size_t slots = 2;

  struct Flight {
    TileResult result;
    Program* program;
    std::size_t slot;
  };

  std::optional<Patch> next() {
    if (!flying_.empty()) return patches_.try_pop();
    const Stopwatch idle(times_.idle);
    return patches_.pop();
  }

  void launch(Patch patch) {
    const Window& window = patch.result.tile.patch;
    Program& program = runner_.program(window.height, window.width, wanted_);
    const std::size_t slot = launched_++ % slots;
    std::ranges::copy(patch.values, program.input_as<float>(slot, "image").begin());
    program.submit(slot);
    flying_.push_back({std::move(patch.result), &program, slot});
  }

  bool land() {
    Flight flight = std::move(flying_.front());
    flying_.pop_front();
    {
      const Stopwatch busy(times_.compute);
      flight.program->wait(flight.slot);
    }
    if (wanted_.mask) copy_output(*flight.program, flight.slot, "mask", flight.result.mask);
    if (wanted_.probabilities)
      copy_output(*flight.program, flight.slot, "probabilities", flight.result.probabilities);
    if (wanted_.logits) copy_output(*flight.program, flight.slot, "logits", flight.result.logits);
    double blocked = 0;
    bool taken = false;
    {
      const Stopwatch waiting(blocked);
      taken = results_.push(std::move(flight.result));
    }
    if (flying_.empty()) times_.idle += blocked;
    return taken;
  }

  Wanted wanted_;
  NetworkRunner& runner_;
  BoundedQueue<Patch>& patches_;
  BoundedQueue<TileResult>& results_;
  PipelineTimes& times_;
  std::deque<Flight> flying_;
  std::size_t launched_ = 0;
};

void read_patches(Job& job, const Model& model, BoundedQueue<Patch>& patches, double& busy,
                  const StopFlag* stop) {
  PatchReader reader(job.reader(), model.info.bands);
  const std::vector<Tile>& tiles = job.tiles();
  std::size_t advised = 0;
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    const Tile& tile = tiles[i];
    if (stop != nullptr) stop->check();
    for (; advised < std::min(i + 1 + tiles_ahead, tiles.size()); ++advised)
      reader.advise(tiles[advised].patch);
    Patch patch;
    patch.result.tile = tile;
    {
      const Stopwatch watch(busy);
      patch.values.resize(model.info.bands.size() *
                          static_cast<std::size_t>(tile.patch.width * tile.patch.height));
      reader.read(tile.patch, patch.values, patch.result.valid);
      if (job.resample_back()) {
        const Window window = job.output_window(tile);
        patch.result.source_valid.resize(static_cast<std::size_t>(window.width * window.height));
        job.reader().read_source_validity(window, patch.result.source_valid);
      }
    }
    if (!patches.push(std::move(patch))) return;
  }
}

}  // namespace

PipelineTimes run_pipeline(Job& job, const Model& model, NetworkRunner& runner, const StopFlag* stop,
                           const std::function<void(TileResult&)>& finish) {
  PipelineTimes times;
  const auto start = Clock::now();
  // The largest patch first: every other program shares its memory.
  const Window largest = job.largest_patch();
  runner.program(largest.height, largest.width, job.wanted());

  BoundedQueue<Patch> patches(1);
  BoundedQueue<TileResult> results(1);
  FirstError error;
  const auto guarded = [&](auto&& work) {
    try {
      work();
    } catch (...) {
      error.set(std::current_exception());
    }
    // Whichever stage ends first by an error ends the others; in good order each closes what it feeds.
    if (error.failed()) {
      patches.close();
      results.close();
    }
  };
  {
    const std::jthread reading([&] {
      guarded([&] { read_patches(job, model, patches, times.read, stop); });
      patches.close();
    });
    const std::jthread writing([&] {
      guarded([&] {
        while (std::optional<TileResult> result = results.pop()) {
          if (error.failed()) return;
          const Stopwatch watch(times.write);
          finish(*result);
        }
      });
    });
    guarded([&] { Compute(job, runner, patches, results, times).run(error); });
    patches.close();
    results.close();
  }
  error.rethrow();
  times.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return times;
}

}  // namespace terramask::segment
