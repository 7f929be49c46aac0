#include "train/history.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace terramask::train {

std::string to_csv(const History& history) {
  const auto quoted = [](std::string name) {
    std::size_t at = 0;
    while ((at = name.find('"', at)) != std::string::npos) name.insert(std::exchange(at, at + 2), "\"");
    return '"' + name + '"';
  };
  std::string csv = "epoch,step,learning_rate,loss,gradient_norm,validation_loss,accuracy,mean_iou,mean_f1";
  for (const std::string& name : history.classes) csv += ',' + quoted("iou " + name);
  csv += ",seconds,best\n";
  for (const Epoch& e : history.epochs) {
    csv += fmt::format("{},{},{},{},{},", e.epoch, e.step, e.rate, e.loss, e.norm);
    if (e.validated)
      csv += fmt::format("{},{},{},{}", e.validation_loss, e.accuracy, e.mean_iou, e.mean_f1);
    else
      csv += ",,,";
    for (std::size_t i = 0; i < history.classes.size(); ++i)
      csv += i < e.iou.size() && std::isfinite(e.iou[i]) ? fmt::format(",{}", e.iou[i]) : ",";
    csv += fmt::format(",{:.1f},{}\n", e.seconds, e.best ? 1 : 0);
  }
  return csv;
}

}  // namespace terramask::train
