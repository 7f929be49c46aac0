#include <fmt/format.h>

#include <fstream>

#include "geo/disk_space.hpp"
#include "geo/working_folder.hpp"
#include "terramask/evaluate.hpp"
#include "terramask/mask_writer.hpp"

namespace terramask {

void write_report(const std::string& path, const std::string& text, bool overwrite) {
  check_output(path, overwrite, {});
  geo::WorkingFolder folder(path);
  std::ofstream file(folder.finished(), std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw geo::write_error(folder, text.size(), "writing failed", "");
  folder.put_in_place(overwrite);
}

}  // namespace terramask
