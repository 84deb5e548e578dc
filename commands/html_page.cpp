#include "commands/html_page.hpp"

#include <fmt/format.h>

#include "commands/junit.hpp"

namespace iai {

// Bars differ by pattern, not by color alone; patterns take the color of the text.
const char* const html_plot_style = R"(<style>
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; color: #1b1f24; background: #fff; margin: 2rem auto; max-width: 82rem; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem } h3 { font-size: 1rem; margin: 1.6rem 0 .3rem }
table { border-collapse: collapse } th, td { text-align: left; vertical-align: top; padding: .25rem .7rem; border-bottom: 1px solid #d5dae0 }
thead th { background: #f4f6f8 } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums } caption { text-align: left; font-weight: 600; padding: .3rem 0 }
.wide { overflow-x: auto } .side { display: flex; flex-wrap: wrap; gap: 1rem 2rem; align-items: flex-start } code, .n { white-space: nowrap } figure { margin: 0 } figcaption { text-align: center }
svg { color: inherit; max-width: 100% } svg .bar { fill: #5b7da6; stroke: currentColor; stroke-width: .5 } svg text { fill: currentColor; font-size: 11px } svg .box { fill: #fff }
@media (prefers-color-scheme: dark) { body { color: #e6edf3; background: #11161c } thead th { background: #1c232b } th, td { border-color: #38424d } a { color: #79b8ff } svg .box { fill: #11161c } }
</style>
)";

std::string html_svg(int width, int height, const std::string& words, const std::string& content) {
  return fmt::format("<svg role=\"img\" aria-label=\"{0}\" width=\"{1}\" height=\"{2}\" viewBox=\"0 0 {1} {2}\"><title>{0}</title>\n{3}</svg>\n",
                     xml_escaped(words), width, height, content);
}

}  // namespace iai
