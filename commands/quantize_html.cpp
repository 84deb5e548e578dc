#include "commands/quantize_html.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "commands/html_page.hpp"
#include "commands/junit.hpp"
#include "commands/quantize_findings.hpp"
#include "commands/quantize_plots.hpp"
#include "quantizer/graph/graph_index.hpp"

namespace iai {

namespace {

std::string cell(const Report::Field& field) { return xml_escaped(report_cell(field)); }

/// A key as a heading: "float_layers" -> "Float layers".
std::string heading(std::string key) {
  std::replace(key.begin(), key.end(), '_', ' ');
  if (const std::size_t sqnr = key.find("sqnr"); sqnr != std::string::npos) key.replace(sqnr, 4, "SQNR");
  if (!key.empty()) key[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(key[0])));
  return xml_escaped(key);
}

/// A table of a report, as the terminal shows it; `linked`: names in the first column lead to the layers' sections.
std::string table_of(const ReportRows& rows, const std::map<std::string, std::size_t>& linked) {
  if (rows.empty()) return {};
  std::vector<std::string> keys;
  for (const Report& row : rows) {
    for (const Report::Field& field : row.fields()) {
      if (field.key == "time") continue;  // no two runs agree, and a page is the same each time
      if (std::find(keys.begin(), keys.end(), field.key) == keys.end()) keys.push_back(field.key);
    }
  }
  std::string text = "<div class=\"wide\"><table>\n<thead><tr>";
  for (const std::string& key : keys) text += "<th scope=\"col\">" + heading(key) + "</th>";
  text += "</tr></thead>\n<tbody>\n";
  for (const Report& row : rows) {
    text += "<tr>";
    for (const std::string& key : keys) {
      const auto field = std::find_if(row.fields().begin(), row.fields().end(), [&](const Report::Field& one) { return one.key == key; });
      const std::string shown = field == row.fields().end() ? "-" : cell(*field);
      const auto* word = field == row.fields().end() ? nullptr : std::get_if<std::string>(&field->value);
      const bool number = word == nullptr && (field == row.fields().end() || !std::holds_alternative<ReportList>(field->value));
      const auto link = word == nullptr || key != "layer" ? linked.end() : linked.find(*word);
      if (link != linked.end()) text += fmt::format("<th scope=\"row\"><a href=\"#l{}\">{}</a></th>", link->second, shown);
      else text += fmt::format("<td{}>{}</td>", number ? " class=\"n\"" : "", shown);
    }
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

/// What the report says in single values.
std::string facts_of(const Report& report) {
  std::string text = "<table><tbody>\n";
  for (const Report::Field& field : report.fields()) {
    if (field.key == "model" || field.key == "source") continue;  // paths of this machine; the headline has the name
    if (std::holds_alternative<ReportRows>(field.value) && !field.nested) continue;
    text += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", heading(field.key), cell(field));
  }
  return text + "</tbody></table>\n";
}

/// A table of the report with a heading and a line that says what it shows; empty where there is none.
std::string section_of(const Report& report, const std::string& key, const std::string& words, const std::map<std::string, std::size_t>& linked) {
  const auto field = std::find_if(report.fields().begin(), report.fields().end(), [&](const Report::Field& one) { return one.key == key; });
  if (field == report.fields().end()) return {};
  const auto& rows = std::get<ReportRows>(field->value);
  return rows.empty() ? std::string() : "<h2>" + heading(key) + "</h2>\n<p>" + words + "</p>\n" + table_of(rows, linked);
}

/// For each layer those whose results it reads, through whatever lies between; without those that come by way of another one of them, as
/// what is added up in a transformer does.
std::vector<std::vector<std::size_t>> layers_before(const onnx::GraphProto& graph, const std::vector<QuantizedLayer>& layers) {
  std::map<int, std::size_t> at;
  for (std::size_t i = 0; i < layers.size(); ++i) at[layers[i].node] = i;
  const GraphIndex index(graph);
  std::vector<std::set<std::size_t>> made_of(static_cast<std::size_t>(graph.node_size()));  // of each node: the layers last passed
  std::vector<std::vector<bool>> reach(layers.size(), std::vector<bool>(layers.size()));    // of each layer: all before it
  std::vector<std::vector<std::size_t>> before(layers.size());
  for (int i = 0; i < graph.node_size(); ++i) {
    std::set<std::size_t>& passed = made_of[static_cast<std::size_t>(i)];
    for (const std::string& input : graph.node(i).input()) {
      const int producer = index.producer(input);
      if (producer >= 0 && producer < i) passed.insert(made_of[static_cast<std::size_t>(producer)].begin(), made_of[static_cast<std::size_t>(producer)].end());
    }
    const auto layer = at.find(i);
    if (layer == at.end()) continue;
    std::vector<bool>& reached = reach[layer->second];
    for (const std::size_t one : passed) {
      for (std::size_t other = 0; other < layers.size(); ++other) reached[other] = reached[other] || reach[one][other];
    }
    for (const std::size_t one : passed) {
      if (!reached[one]) before[layer->second].push_back(one);
    }
    for (const std::size_t one : passed) reached[one] = true;
    passed = {layer->second};
  }
  return before;
}

std::string graph_of(const QuantizePage& page) {
  const std::vector<QuantizedLayer>& layers = page.candidate.made.layers;
  const auto before = layers_before(page.source.graph(), layers);
  std::map<std::string, double> lost;
  for (const LayerFinding& finding : layer_findings(page.layers)) lost[page.layers[finding.error].layer] = finding.lost_share;
  std::vector<GraphLayer> nodes;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const bool in_float = layers[i].form == "float";
    const auto share = lost.find(layers[i].name);
    const std::string detail = share == lost.end() ? layers[i].form : fmt::format("{}, {:.3g} % lost", layers[i].form, share->second * 100);
    nodes.push_back(
        {layers[i].name, layers[i].op_type + ": " + detail, fmt::format("l{}", i + 1), share == lost.end() ? 0 : share->second, in_float, before[i]});
  }
  const std::string graph = layer_graph(nodes);
  return graph.empty() ? std::string()
                       : "<h2>Graph of the layers</h2>\n<p>Top to bottom in the order of the data. The redder, the more a layer loses by itself; broken "
                         "lines: in float. Lines that a longer way implies are left out. A click leads to the layer.</p>\n<div class=\"wide\">\n" +
                             graph + "</div>\n";
}

std::string weights_of(const QuantizePage& page, const QuantizedLayer& layer) {
  const auto view = page.source.initializer(layer.weight);
  if (!view || view->type != ElementType::float32) return {};
  const std::vector<float> values = to_floats(*view);
  const AxisLayout layout = axis_layout(view->shape, layer.axis);
  std::vector<float> lows(layout.channels), highs(layout.channels);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t channel = layout.channel(i);
    lows[channel] = std::min(lows[channel], values[i]);
    highs[channel] = std::max(highs[channel], values[i]);
  }
  return weight_plot(layer.name, lows, highs);
}

std::string layer_section(const QuantizePage& page, const QuantizedLayer& layer, std::size_t number) {
  std::string text = fmt::format("<h3 id=\"l{}\">{}</h3>\n<p>{}{}.</p>\n", number, xml_escaped(layer.name), xml_escaped(layer.op_type + ": " + layer.form),
                                 xml_escaped(layer.reason.empty() ? std::string() : ", " + layer.reason));
  std::vector<std::string> tensors = layer.inputs;
  const std::vector<QuantizedLayer>& layers = page.candidate.made.layers;
  const auto reads_result = [&](const QuantizedLayer& other) {
    return std::find(other.inputs.begin(), other.inputs.end(), layer.result) != other.inputs.end();
  };
  const bool shown_there = std::any_of(layers.begin(), layers.end(), reads_result);
  if (page.candidate.made.activations.contains(layer.result) && !shown_there) tensors.push_back(layer.result);
  std::string plots = weights_of(page, layer);
  for (const std::string& tensor : tensors) {
    const auto seen = page.seen.find(tensor);
    const auto range = page.candidate.ranges.find(tensor);
    if (seen != page.seen.end() && range != page.candidate.ranges.end()) plots += activation_plot(tensor, seen->second, range->second.range);
  }
  return plots.empty() ? text : text + "<div class=\"side\">\n" + plots + "</div>\n";
}

std::string sqnr_text(double sqnr_db) { return std::isfinite(sqnr_db) ? fmt::format("{:.2f} dB", sqnr_db) : std::string("-"); }

/// Size and, where it was measured, time against error.
std::string fronts_of(const std::vector<QuantizeTry>& tries) {
  std::vector<FrontPoint> sizes, times;
  for (const QuantizeTry& one : tries) {
    const std::string size = human_bytes(static_cast<double>(one.bytes)), sqnr = sqnr_text(one.sqnr_db);
    sizes.push_back({static_cast<double>(one.bytes), one.sqnr_db, fmt::format("{}: {}, {}", one.what, size, sqnr), one.kept});
    if (one.latency_ratio) {
      times.push_back({*one.latency_ratio, one.sqnr_db, fmt::format("{}: {:.3f} of the source's time, {}", one.what, *one.latency_ratio, sqnr), one.kept});
    }
  }
  return front_plot(sizes, FrontCost::size) + front_plot(times, FrontCost::time);
}

/// A column that only some pages have: nothing where none of the tries has the figure.
std::string optional_cell(bool shown, const std::optional<double>& value) {
  if (!shown) return {};
  return "<td class=\"n\">" + (value ? fmt::format("{:.5g}", *value) : std::string("-")) + "</td>";
}

std::string tries_of(const QuantizePage& page) {
  if (page.tries.empty()) return {};
  const auto any = [&](std::optional<double> QuantizeTry::*field) {
    return std::any_of(page.tries.begin(), page.tries.end(), [&](const QuantizeTry& one) { return (one.*field).has_value(); });
  };
  const bool judged = any(&QuantizeTry::metric), timed = any(&QuantizeTry::latency_ratio);
  std::string rows;
  for (const QuantizeTry& one : page.tries) {
    rows += fmt::format("<tr><th scope=\"row\">{}{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>{}{}</tr>\n",
                        xml_escaped(one.what), one.kept ? " (kept)" : "", one.integer_layers, human_bytes(static_cast<double>(one.bytes)),
                        sqnr_text(one.sqnr_db), optional_cell(judged, one.metric), optional_cell(timed, one.latency_ratio));
  }
  return fmt::format(
             "<h2>What was tried</h2>\n<p>Size{} against error of the worst output; a line leads through what none beats in both, the large point was "
             "kept.</p>\n",
             timed ? ", and time over that of the source on the machine that measured it," : "") +
         fronts_of(page.tries) +
         "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">Way</th><th scope=\"col\" class=\"n\">Layers in int8</th><th scope=\"col\" "
         "class=\"n\">Size</th><th scope=\"col\" class=\"n\">Worst output</th>" +
         (judged ? "<th scope=\"col\" class=\"n\">Metric</th>" : "") + (timed ? "<th scope=\"col\" class=\"n\">Time / source</th>" : "") +
         "</tr></thead>\n<tbody>\n" + rows + "</tbody></table></div>\n";
}

}  // namespace

std::string quantize_html(const QuantizePage& page) {
  const std::vector<QuantizedLayer>& layers = page.candidate.made.layers;
  std::map<std::string, std::size_t> linked;
  for (std::size_t i = 0; i < layers.size(); ++i) linked.emplace(layers[i].name, i + 1);
  std::string text = html_page_start;
  text += html_plot_style;
  text += "<title>iai quantize</title>\n</head>\n<body>\n<h1>" + xml_escaped(page.report.headline()) + "</h1>\n";
  text += facts_of(page.report);
  text += section_of(page.report, "outputs", "How far the outputs lie from the floating-point model's.", linked);
  text +=
      section_of(page.report, "findings",
                 "Worst first. Lost: of what the layer's weights, inputs or result tell, noise over variance. Layer: its result from float inputs. Output: the "
                 "model's worst output with this layer alone in integers.",
                 linked);
  text += graph_of(page) + tries_of(page);
  text += section_of(page.report, "layers", "What became of each operator with weights, and how far its integers lie from the floats.", linked);
  text += section_of(page.report, "activations",
                     "Tensors that exist as integers: low and high are what these can say, minimum and maximum what calibration saw.", linked);
  text +=
      "<h2>Layer by layer</h2>\n<p>Weights: the largest and smallest of each channel. Activations: how often each value was seen, on a logarithmic scale; the "
      "broken "
      "lines are the range that the integers stand for.</p>\n";
  for (std::size_t i = 0; i < layers.size(); ++i) text += layer_section(page, layers[i], i + 1);
  return text + "</body>\n</html>\n";
}

}  // namespace iai
