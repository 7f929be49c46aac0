#include "segment/pipeline.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>

#include "core/team.hpp"
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
constexpr std::size_t kTilesAhead = 3;

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

/// Whether no pixel of a patch, halo included, can get a class: what it would be computed for is nodata.
bool is_blank(const TileResult& result) {
  const auto none = [](const std::vector<std::uint8_t>& valid) {
    return std::ranges::all_of(valid, [](std::uint8_t one) { return one == 0; });
  };
  return none(result.valid) && none(result.source_valid);
}

template <class T>
void copy_output(const Program& program, std::size_t slot, std::string_view name, std::vector<T>& to) {
  const auto from = program.output_as<T>(slot, name);
  to.assign(from.begin(), from.end());
}

// The middle stage: up to two tiles on the device, so that it never waits for a copy.
class Compute {
 public:
  Compute(NetworkRunner& runner, std::size_t classes, BoundedQueue<Patch>& patches,
          BoundedQueue<TileResult>& results, PipelineTimes& times)
      : runner_(runner), classes_(classes), patches_(patches), results_(results), times_(times) {}

  /// Where another stage failed, patches may still be on the device: the next raster must find the slots
  /// free.
  ~Compute() {
    for (Flight& flight : flying_) {
      try {
        if (flight.program != nullptr) flight.program->wait(flight.slot);
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
    Program* program;  ///< null where there is nothing to compute
    std::size_t slot;
  };

  std::optional<Patch> next() {
    if (!flying_.empty()) return patches_.try_pop();
    const Stopwatch idle(times_.idle);
    return patches_.pop();
  }

  void launch(Patch patch) {
    const Window& window = patch.result.tile.patch;
    const SegmentTask& task = *patch.result.task;
    if (is_blank(patch.result)) {
      flying_.push_back({std::move(patch.result), nullptr, 0});
      return;
    }
    Program& program = runner_.program(window.height, window.width, task.outputs(), task.grid(window));
    const std::size_t slot = launched_++ % slots;
    std::ranges::copy(patch.values, program.input_as<float>(slot, "image").begin());
    program.submit(slot);
    flying_.push_back({std::move(patch.result), &program, slot});
  }

  bool land() {
    Flight flight = std::move(flying_.front());
    flying_.pop_front();
    if (flight.program != nullptr)
      copy_outputs(flight);
    else
      fill_outputs(flight.result);
    double blocked = 0;
    bool taken = false;
    {
      const Stopwatch waiting(blocked);
      taken = results_.push(std::move(flight.result));
    }
    if (flying_.empty()) times_.idle += blocked;
    return taken;
  }

  void copy_outputs(Flight& flight) {
    {
      const Stopwatch busy(times_.compute);
      flight.program->wait(flight.slot);
    }
    const NetworkOutputs wanted = flight.result.task->outputs();
    if (wanted.mask) copy_output(*flight.program, flight.slot, "mask", flight.result.mask);
    if (wanted.probabilities)
      copy_output(*flight.program, flight.slot, "probabilities", flight.result.probabilities);
    if (wanted.logits) copy_output(*flight.program, flight.slot, "logits", flight.result.logits);
  }

  void fill_outputs(TileResult& result) const {
    const NetworkOutputs wanted = result.task->outputs();
    const std::size_t pixels = result.valid.size();
    if (wanted.mask) result.mask.assign(pixels, 0);
    if (wanted.probabilities) result.probabilities.assign(classes_ * pixels, 0);
    if (wanted.logits) result.logits.assign(classes_ * pixels, 0);
  }

  NetworkRunner& runner_;
  std::size_t classes_;
  BoundedQueue<Patch>& patches_;
  BoundedQueue<TileResult>& results_;
  PipelineTimes& times_;
  std::deque<Flight> flying_;
  std::size_t launched_ = 0;
};

/// A reader thread's own way to a task's raster: the tasks of one raster share it.
class OwnReader {
 public:
  OwnReader(bool alone, const std::vector<ModelBand>& bands) : alone_(alone), bands_(bands) {}

  RasterReader& raster(const SegmentTask& task) {
    if (alone_) return task.reader();
    if (of_ != &task.reader()) {
      patches_.reset();
      clone_ = task.reader().clone();
      of_ = &task.reader();
    }
    return *clone_;
  }
  PatchReader& patches(const SegmentTask& task) {
    RasterReader& reader = raster(task);
    if (!patches_ || through_ != &reader) patches_.emplace(reader, bands_);
    through_ = &reader;
    return *patches_;
  }

 private:
  bool alone_;
  const std::vector<ModelBand>& bands_;
  const RasterReader* of_ = nullptr;
  const RasterReader* through_ = nullptr;
  std::unique_ptr<RasterReader> clone_;
  std::optional<PatchReader> patches_;
};

Patch read_patch(const Piece& piece, const Model& model, OwnReader& own) {
  const Tile& tile = piece.tile;
  Patch patch;
  patch.result.task = piece.task;
  patch.result.tile = tile;
  patch.values.resize(model.info.bands.size() *
                      static_cast<std::size_t>(tile.patch.width * tile.patch.height));
  own.patches(*piece.task).read(tile.patch, patch.values, patch.result.valid);
  if (piece.task->resample_back()) {
    const Window window = piece.task->output_window(tile);
    patch.result.source_valid.resize(static_cast<std::size_t>(window.width * window.height));
    own.raster(*piece.task).read_source_validity(window, patch.result.source_valid);
  }
  return patch;
}

/// The threads of one run and what they share.
class Pipeline {
 public:
  Pipeline(const Stages& stages, const Model& model, NetworkRunner& runner)
      : stages_(stages),
        model_(model),
        runner_(runner),
        patches_(stages.readers),
        results_(stages.finishers),
        reading_(stages.readers) {}

  PipelineTimes run() {
    const auto start = Clock::now();
    {
      Team team(stages_.readers > 1 ? "use fewer `workers` or `threads`" : "use fewer `threads`",
                [this] { abort(); });
      for (std::size_t i = 0; i < stages_.readers; ++i)
        team.start([this] {
          guarded([this] { read(); });
          if (reading_.fetch_sub(1) == 1) patches_.close();
        });
      for (std::size_t i = 0; i < stages_.finishers; ++i)
        team.start([this] { guarded([this] { finish(); }); });
      guarded(
          [this] { Compute(runner_, model_.info.classes.size(), patches_, results_, times_).run(error_); });
      patches_.close();
      results_.close();
      team.join();
    }
    error_.rethrow();
    times_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return times_;
  }

 private:
  template <class F>
  void guarded(const F& work) {
    try {
      work();
    } catch (...) {
      error_.set(std::current_exception());
    }
    // Whichever stage ends first by an error ends the others; in good order each closes what it feeds.
    if (error_.failed()) abort();
  }

  void abort() {
    patches_.close();
    results_.close();
    if (stages_.aborted) stages_.aborted();
  }

  /// A piece that failed is reported; where nobody takes it, it ends the run.
  void report(SegmentTask& task, const std::exception_ptr& error) const {
    if (!stages_.failed || !stages_.failed(task, error)) std::rethrow_exception(error);
  }

  void read() {
    OwnReader own(stages_.readers == 1, model_.info.bands);
    double busy = 0;
    for (;;) {
      std::optional<Piece> piece;
      {
        const std::lock_guard lock(next_mutex_);
        piece = stages_.next();
      }
      if (!piece) break;
      std::optional<Patch> patch;
      try {
        const Stopwatch watch(busy);
        patch = read_patch(*piece, model_, own);
      } catch (const std::exception&) {
        report(*piece->task, std::current_exception());
        continue;
      }
      if (!patches_.push(std::move(*patch))) break;
    }
    const std::lock_guard lock(times_mutex_);
    times_.read += busy;
  }

  void finish() {
    double busy = 0;
    while (std::optional<TileResult> result = results_.pop()) {
      if (error_.failed()) return;
      try {
        const Stopwatch watch(busy);
        stages_.finish(*result);
      } catch (const std::exception&) {
        report(*result->task, std::current_exception());
      }
    }
    const std::lock_guard lock(times_mutex_);
    times_.write += busy;
  }

  const Stages& stages_;
  const Model& model_;
  NetworkRunner& runner_;
  BoundedQueue<Patch> patches_;
  BoundedQueue<TileResult> results_;
  std::atomic<std::size_t> reading_;
  std::mutex next_mutex_;  ///< of stages_.next
  FirstError error_;
  std::mutex times_mutex_;
  PipelineTimes times_;
};

}  // namespace

PipelineTimes run_pipeline(const Stages& stages, const Model& model, NetworkRunner& runner) {
  return Pipeline(stages, model, runner).run();
}

PipelineTimes run_pipeline(SegmentTask& task, const Model& model, NetworkRunner& runner, const StopFlag* stop,
                           const std::function<void(TileResult&)>& finish) {
  // The largest patch first: every other program shares its memory.
  const Window largest = task.largest_patch();
  runner.program(largest.height, largest.width, task.outputs(), task.grid(largest));
  const std::shared_ptr<SegmentTask> shared(std::shared_ptr<SegmentTask>(), &task);  // who calls holds it
  const std::vector<Tile>& tiles = task.tiles();
  std::size_t next = 0, advised = 0;
  const Stages stages{.next = [&]() -> std::optional<Piece> {
                        if (stop != nullptr) stop->check();
                        if (next == tiles.size()) return std::nullopt;
                        for (; advised < std::min(next + 1 + kTilesAhead, tiles.size()); ++advised)
                          task.reader().advise(tiles[advised].patch);
                        return Piece{shared, tiles[next++]};
                      },
                      .finish = finish,
                      .failed = {},
                      .readers = 1,
                      .finishers = 1};
  return run_pipeline(stages, model, runner);
}

}  // namespace terramask::segment
