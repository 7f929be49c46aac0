// terramask-bench: how fast a device runs the networks. It links the network library alone, no GDAL, so that
// it can be carried to a bare GPU machine.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "bench/bench_machine.hpp"
#include "bench/bench_measure.hpp"
#include "common/checks.hpp"
#include "common/command.hpp"
#include "common/device_options.hpp"
#include "common/network_options.hpp"
#include "common/option_names.hpp"
#include "common/printing.hpp"
#include "models/network_json.hpp"

namespace terramask::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kProgramName = "terramask-bench";

struct BenchArguments {
  NetworkSpec network;  ///< its keys are those given, of any architecture
  std::vector<std::string> models{"unet"};
  std::vector<std::int64_t> patches{512};
  BenchCase bench;
  DeviceArguments device;
  bool operators = false, profile = false, train = false, list = false, machine = false;
};

void add_key(CLI::App& app, const NetworkKey& key, NetworkSpec& network) {
  const auto add = [&]<class T>(T initial) {
    return app
        .add_option_function<T>(
            option_name(key),
            [&network, name = std::string(key.name)](const T& value) { network.keys[name] = value; },
            help_text(key))
        ->default_val(initial)
        ->run_callback_for_default(false)
        ->type_name(type_name(key));
  };
  switch (key.kind) {
    case NetworkKey::Kind::whole:
      add(static_cast<std::int64_t>(key.initial))
          ->check(whole_number(static_cast<std::int64_t>(key.low), static_cast<std::int64_t>(key.high)));
      return;
    case NetworkKey::Kind::number:
      add(key.initial)->check(number_between(key.low, key.high));
      return;
    case NetworkKey::Kind::choice:
      add(std::string(key.choices.front()))
          ->check(one_of(std::vector<std::string>(key.choices.begin(), key.choices.end())));
      return;
  }
}

void add_options(CLI::App& app, BenchArguments& a) {
  app.option_defaults()->always_capture_default();
  app.add_option("--model", a.models,
                 fmt::format("Architectures: {}; several with commas", architecture_names()))
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember(architectures()).description(""))
      ->type_name("NAME");
  for (const NetworkKey& key : all_network_keys()) add_key(app, key, a.network);
  app.add_option("--bands", a.network.bands, "Number of bands")->check(whole_number(1, largest_side));
  app.add_option("--classes", a.network.classes, "Number of classes")->check(whole_number(1, largest_side));
  app.add_option("--patch", a.patches, "Patch size in pixels; several with commas")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(whole_number(1, largest_side));
  app.add_option("--batch", a.bench.batch, "Batch size")->check(whole_number(1, largest_side));
  app.add_option("--runs", a.bench.runs, "Number of measured runs")->check(whole_number(1, largest_side));
  app.add_option("--warmup", a.bench.warmup, "Number of warm-up runs")->check(whole_number(0, largest_side));
  add_device_options(app, a.device);
  app.add_flag("--operators", a.operators, "Print a line for each distinct operator and shape instead");
  app.add_flag("--profile", a.profile, "Also print a line for each kernel of the network, in order");
  app.add_flag("--train", a.train, "Measure training steps: forward, cross-entropy, backward, Adam");
  app.add_flag("--list", a.list, "List the devices instead");
  app.add_flag("--machine", a.machine,
               "Measure the limits of the processor instead: multiply-adds and memory");
}

/// What was measured, on what.
Json header(const std::string& kind, const BenchArguments& a, const BenchCase& bench,
            const std::string& device) {
  Json line{{"bench", kind}, {"model", bench.network.architecture}};
  Json network = network_json<Json>(bench.network);
  network.erase("architecture");
  line.update(network);
  line["patch"] = bench.patch;
  line["batch"] = bench.batch;
  line["mode"] = a.train ? "train" : "infer";
  line["device"] = device;
  line["threads"] = a.device.threads;
  line["kernel"] = a.device.kernel;
  line["precision"] = a.device.precision;
  line["version"] = TERRAMASK_VERSION;
  return line;
}

void add_times(Json& line, const std::vector<double>& seconds, double flops) {
  const double middle = median(seconds);
  line["runs"] = seconds.size();
  line["seconds"] = middle;
  line["seconds_min"] = *std::min_element(seconds.begin(), seconds.end());
  line["seconds_max"] = *std::max_element(seconds.begin(), seconds.end());
  line["gflop"] = flops * 1e-9;
  line["gflop_per_s"] = middle > 0 ? flops * 1e-9 / middle : 0.0;
}

/// Which kernels a device takes for this network. A kernel is never chosen by extent, so the smallest patch
/// tells, without timestamps in the run that is measured.
std::vector<std::string> kernels_of(const ExecutorOptions& options, BenchCase bench) {
  ExecutorOptions profiling = options;
  profiling.profile = true;
  bench.patch = total_stride(bench.network);
  bench.batch = 1;
  bench.runs = 1;
  bench.warmup = 0;
  std::set<std::string> kernels;
  for (const StepTimes& step : measure(*make_executor(profiling), bench).profile) kernels.insert(step.kernel);
  return {kernels.begin(), kernels.end()};
}

void print_network(const BenchArguments& a, const BenchCase& bench, const std::string& device,
                   const Measurement& measured, const std::vector<std::string>& kernels) {
  Json line = header("network", a, bench, device);
  add_times(line, measured.seconds, measured.flops);
  const double pixels = static_cast<double>(bench.batch * bench.patch * bench.patch);
  line["megapixels_per_s"] = pixels * 1e-6 / median(measured.seconds);
  line["warmup"] = bench.warmup;
  line["compile_seconds"] = measured.compile_seconds;
  line["steps"] = measured.steps;
  line["peak_bytes"] = measured.device_bytes;
  line["arena_bytes"] = measured.arena_bytes;
  line["parameter_bytes"] = measured.parameter_bytes;
  line["kernels"] = kernels;
  line["profiled"] = a.profile;
  say("{}\n", line.dump());
}

Json step_line(const std::string& kind, const BenchArguments& a, const BenchCase& bench,
               const std::string& device, const StepTimes& step) {
  Json line = header(kind, a, bench, device);
  line["operator"] = step.op;
  line["attributes"] = step.attributes;
  line["operands"] = step.operands;
  line["result"] = step.result;
  line["shader"] = step.kernel;
  add_times(line, step.seconds, step.flops);
  return line;
}

void print_profile(const BenchArguments& a, const BenchCase& bench, const std::string& device,
                   const Measurement& measured) {
  for (const StepTimes& step : measured.profile) {
    Json line = step_line("kernel", a, bench, device, step);
    line["node"] = step.node;
    say("{}\n", line.dump());
  }
}

/// Kernels of the same operator on the same shapes are one line: the seconds are all of theirs in a run.
void print_operators(const BenchArguments& a, const BenchCase& bench, const std::string& device,
                     const Measurement& measured) {
  std::vector<StepTimes> distinct;
  std::vector<int> counts;
  double all = 0;
  for (const StepTimes& step : measured.profile) {
    all += median(step.seconds);
    const auto same = std::find_if(distinct.begin(), distinct.end(), [&](const StepTimes& other) {
      return other.op == step.op && other.attributes == step.attributes && other.kernel == step.kernel &&
             other.operands == step.operands && other.result == step.result;
    });
    if (same == distinct.end()) {
      distinct.push_back(step);
      counts.push_back(1);
      continue;
    }
    ++counts[static_cast<std::size_t>(same - distinct.begin())];
    same->flops += step.flops;
    for (std::size_t i = 0; i < same->seconds.size(); ++i) same->seconds[i] += step.seconds[i];
  }
  for (std::size_t i = 0; i < distinct.size(); ++i) {
    Json line = step_line("operator", a, bench, device, distinct[i]);
    line["count"] = counts[i];
    line["share"] = all > 0 ? median(distinct[i].seconds) / all : 0.0;
    say("{}\n", line.dump());
  }
}

/// The network of an architecture: of the keys given, those that it has.
NetworkSpec network_of(const BenchArguments& a, const std::string& architecture) {
  NetworkSpec network{.architecture = architecture, .bands = a.network.bands, .classes = a.network.classes};
  for (const NetworkKey& key : network_keys(architecture))
    if (const auto given = a.network.keys.find(key.name); given != a.network.keys.end())
      network.keys.insert(*given);
  return network;
}

/// A key that none of the models has would change nothing.
void check_keys(const BenchArguments& a) {
  for (const NetworkKey& key : all_network_keys()) {
    const auto has = [&key](const std::string& model) { return find_key(model, key.name) != nullptr; };
    if (a.network.keys.contains(key.name) && std::ranges::none_of(a.models, has))
      throw Error(ErrorCode::usage, fmt::format("{}: none of the models has it", option_name(key)),
                  "leave it out, or name another --model");
  }
}

int run(const BenchArguments& a) {
  check_keys(a);
  // lavapipe has no option of its own.
  if (a.device.threads > 0) ::setenv("LP_NUM_THREADS", std::to_string(a.device.threads).c_str(), 1);
  if (a.list) {
    for (const DeviceInfo& info : list_devices()) {
      Json line{{"bench", "device"}};
      line.update(device_json(info));
      say("{}\n", line.dump());
    }
    return 0;
  }
  if (a.machine) {
    const MachineLimits limits = measure_machine(a.device.threads);
    say("{}\n", Json{{"bench", "machine"},
                     {"threads", a.device.threads},
                     {"fma_gflop_per_s", limits.fma_gflop_per_s},
                     {"bandwidth_gb_per_s", limits.bandwidth_gb_per_s}}
                    .dump());
    return 0;
  }
  ExecutorOptions options = a.device.options();
  options.profile = a.profile || a.operators;
  for (const std::string& model : a.models)
    for (const std::int64_t patch : a.patches) {
      BenchCase bench = a.bench;
      bench.network = network_of(a, model);
      bench.patch = patch;
      if (const std::int64_t stride = total_stride(bench.network); patch % stride != 0)
        throw Error(ErrorCode::usage,
                    fmt::format("--patch {}: {} needs a multiple of {}", patch, model, stride));
      const std::unique_ptr<Executor> executor = make_executor(options);
      const Measurement measured = a.train ? measure_training(*executor, bench) : measure(*executor, bench);
      if (options.profile && measured.profile.empty())
        throw Error(ErrorCode::unsupported, executor->device_name() + ": the device has no timestamps",
                    "leave --operators and --profile out");
      if (a.operators) {
        print_operators(a, bench, executor->device_name(), measured);
      } else {
        print_network(a, bench, executor->device_name(), measured,
                      a.train ? std::vector<std::string>() : kernels_of(options, bench));
      }
      if (a.profile) print_profile(a, bench, executor->device_name(), measured);
      std::fflush(stdout);
    }
  return 0;
}

}  // namespace
}  // namespace terramask::tools

int main(int argc, char** argv) {
  using namespace terramask;
  using namespace terramask::tools;
  start_program(kProgramName);
  CLI::App app(
      "Measures how fast a device runs a network with random weights, as `terramask segment` would run it:\n"
      "image in, class indices out. Prints one line of JSON for each measurement.\n",
      kProgramName);
  app.set_version_flag("--version", std::string(kProgramName) + " " TERRAMASK_VERSION);
  app.footer(
      R"(Examples:
  terramask-bench --model unet --width 16 --patch 256 --threads 2
  terramask-bench --model unet,segnet,fcn --patch 512,1024 --device vulkan:0
  terramask-bench --model unet --patch 256 --operators

Units: seconds from submission to result (median of the runs), megapixels of input a second,
GFLOP counted as multiplications plus additions of the plain convolution, bytes of device memory.
Exit status: 0, 1 (the work failed), 2 (the call was wrong).
)");
  BenchArguments arguments;
  return guarded(kProgramName, [&] {
    add_options(app, arguments);
    show_options_of(app);
    try {
      app.parse(argc, argv);
    } catch (const CLI::Success& success) {
      return app.exit(success);
    } catch (const CLI::ParseError& error) {
      print_error(kProgramName, std::string(error.what()) + "; see terramask-bench --help");
      return 2;
    }
    return run(arguments);
  });
}
