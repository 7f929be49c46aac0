#include "geo/base/working_folder.hpp"
#include "geo/picture/canvas.hpp"
#include "geo/picture/png.hpp"

namespace terramask::geo {

void save_png(const Canvas& canvas, const std::string& path, bool overwrite) {
  WorkingFolder folder(path);
  write_finished(folder, encode_png(canvas.width(), canvas.height(), canvas.pixels(), 6));
  folder.put_in_place(overwrite);
}

}  // namespace terramask::geo
