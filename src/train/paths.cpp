#include "train/paths.hpp"

#include "models/atomic_file.hpp"

namespace terramask::train {

namespace fs = std::filesystem;

Paths::Paths(const std::string& output)
    : model(output),
      folder(fs::path(output).replace_extension(".training")),
      checkpoint(folder / "last.safetensors"),
      table(folder / "history.csv"),
      page(folder / "curves.html") {}

void check_outputs(const Paths& paths, const TrainOptions& options) {
  if (paths.model.extension() != ".safetensors")
    throw Error(ErrorCode::usage, options.output + ": a model file's name ends in .safetensors");
  if (options.resume && options.overwrite)
    throw Error(ErrorCode::usage, "--resume goes on, --overwrite begins anew: only one of them can be meant");
  if (options.resume || options.overwrite) return;
  for (const fs::path& path : {paths.model, paths.checkpoint})
    if (fs::exists(path))
      throw Error(ErrorCode::exists, path.string() + " is there already",
                  "--resume goes on with that training, --overwrite begins anew, or name another model (-o)");
}

void write_text(const fs::path& path, const std::string& text) {
  AtomicFile file(path.string(), true);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
}

}  // namespace terramask::train
