#include "core/page.hpp"
#include "evaluate/html.hpp"

namespace terramask::evaluation {

std::string page_style() {
  return std::string(base_style()) + R"(
main{max-width:1120px}
table{font-size:14px}
th,td{padding:6px 12px}
th{font-size:13px}
th:first-child,td:first-child{text-align:left}
tr:last-child td,tr:last-child th{border-bottom:0}
td small{display:block;color:inherit;font-size:12px}
.matrix td{text-align:center;min-width:92px;border:1px solid var(--paper)}
.matrix .none{color:#a9b2bc}
.matrix th{text-align:center}.matrix th:first-child{text-align:left;color:var(--ink)}
.foot td{font-weight:600;border-top:1px solid var(--ink)}
td.path,th.path{text-align:left;white-space:normal;overflow-wrap:anywhere}
.swatch{display:inline-block;width:12px;height:12px;border-radius:3px;margin-right:8px;vertical-align:-1px;border:1px solid rgba(0,0,0,.2)}
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
.legend{gap:6px 18px;margin:0 0 14px}
.stripes{background:repeating-linear-gradient(135deg,#f4f6f8 0 3px,#d6dbe1 3px 5px)}
@media(max-width:560px){.patches{grid-template-columns:1fr}}
@media print{.patch{break-inside:avoid}}
)";
}

}  // namespace terramask::evaluation
