#include "evaluate/html.hpp"

namespace terramask::evaluation {

std::string_view page_style() {
  return R"(
:root{--ink:#1f2731;--faint:#687382;--line:#dfe4ea;--paper:#fff;--wash:#f5f7f9;--good:#1a7f4b;--bad:#c0392b;--mark:#1f6feb}
*{box-sizing:border-box}
body{margin:0;background:var(--wash);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1120px;margin:0 auto;padding:32px 24px 64px}
h1{font-size:26px;margin:0 0 4px;line-height:1.25;overflow-wrap:anywhere}
h2{font-size:18px;margin:0 0 12px}
p{margin:0 0 12px}
.sub{color:var(--faint);margin-bottom:24px}
section{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:20px 22px;margin:0 0 18px}
.scroll{overflow-x:auto}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:0 0 18px}
.tile{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:14px 16px}
.tile b{display:block;font-size:25px;line-height:1.2;font-weight:650;font-variant-numeric:tabular-nums}
.tile span{color:var(--faint);font-size:13px}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:14px}
th,td{padding:6px 12px;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line)}
th{font-weight:600;color:var(--faint);font-size:13px}
th:first-child,td:first-child{text-align:left}
tr:last-child td,tr:last-child th{border-bottom:0}
td small{display:block;color:inherit;font-size:12px}
.matrix td{text-align:center;min-width:92px;border:1px solid var(--paper)}
.matrix .none{color:#a9b2bc}
.matrix th{text-align:center}.matrix th:first-child{text-align:left;color:var(--ink)}
.foot td{font-weight:600;border-top:1px solid var(--ink)}
td.path,th.path{text-align:left;white-space:normal;overflow-wrap:anywhere}
.swatch{display:inline-block;width:12px;height:12px;border-radius:3px;margin-right:8px;vertical-align:-1px;border:1px solid rgba(0,0,0,.2)}
.note{color:var(--faint);font-size:13px;margin:12px 0 0}
.warn{border-left:4px solid #d9822b}
.charts{display:flex;flex-wrap:wrap;gap:24px}
.charts figure{margin:0;flex:1 1 420px;max-width:520px}
.charts svg{width:100%;height:auto;display:block}
figcaption{color:var(--faint);font-size:13px}
.keys{display:flex;flex-wrap:wrap;gap:2px 18px}
.keys i{display:inline-block;width:20px;margin-right:7px;vertical-align:middle}
.patches{display:grid;grid-template-columns:repeat(auto-fill,minmax(470px,1fr));gap:18px}
.patch{border:1px solid var(--line);border-radius:8px;padding:10px;min-width:0}
.patch .row{display:flex;gap:8px}
.patch figure{margin:0;flex:1 1 0;min-width:0}
.patch img{width:100%;display:block;image-rendering:pixelated;border-radius:4px;background:var(--wash)}
.patch .cap{display:flex;justify-content:space-between;gap:12px;font-size:13px;margin-bottom:8px}
.patch .cap span{color:var(--faint);overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.legend{display:flex;flex-wrap:wrap;gap:6px 18px;font-size:13px;margin:0 0 14px}
.stripes{background:repeating-linear-gradient(135deg,#f4f6f8 0 3px,#d6dbe1 3px 5px)}
@media(max-width:560px){.patches{grid-template-columns:1fr}main{padding:20px 12px}}
@media print{body{background:#fff}section,.patch{break-inside:avoid}}
)";
}

}  // namespace terramask::evaluation
