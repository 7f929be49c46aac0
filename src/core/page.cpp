#include "core/page.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/utf8.hpp"

namespace terramask {

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : as_utf8(text)) {
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '"')
      safe += "&quot;";
    else
      safe += c;
  }
  return safe;
}

std::string score_text(double value) {
  return std::isfinite(value) ? fmt::format("{:.3f}", value) : "–";
}

std::string_view base_style() {
  return R"(
:root{--ink:#1f2731;--faint:#687382;--line:#dfe4ea;--paper:#fff;--wash:#f5f7f9;--good:#1a7f4b;--bad:#c0392b;--mark:#1f6feb}
*{box-sizing:border-box}
body{margin:0;background:var(--wash);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{margin:0 auto;padding:32px 24px 64px}
h1{font-size:26px;margin:0 0 4px;line-height:1.25;overflow-wrap:anywhere}
h2{font-size:18px;margin:0 0 12px}
p{margin:0 0 12px}
.sub{color:var(--faint);margin-bottom:24px}
section{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:20px 22px;margin:0 0 18px}
.scroll{overflow-x:auto}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:0 0 18px}
.tile{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:14px 16px}
.tile b{display:block;font-size:25px;line-height:1.2;font-weight:650;font-variant-numeric:tabular-nums}
.tile span,.note{color:var(--faint);font-size:13px}
.note{margin:12px 0 0}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{text-align:right;white-space:nowrap;border-bottom:1px solid var(--line)}
th{font-weight:600;color:var(--faint)}
.legend{display:flex;flex-wrap:wrap;font-size:13px}
@media(max-width:560px){main{padding:20px 12px}}
@media print{body{background:#fff}section{break-inside:avoid}}
)";
}

}  // namespace terramask
