#include <fmt/format.h>

#include "commands/recording.hpp"
#include "commands/registry.hpp"
#include "formats/error.hpp"
#include "registry/promotions.hpp"

namespace iai {

namespace {

Report promotion_row(const Promotion& promotion) {
  Report row;
  row.add("name", promotion.name).add("model", promotion.model.path).add("sha256", promotion.model.sha256).add("size", promotion.bytes, Unit::bytes);
  return row.add("record_number", promotion.record.number).add("record", promotion.record.id).add("since", promotion.record.started);
}

}  // namespace

ExitCode show_baselines(Context& context) {
  ReportRows rows;
  for (const Promotion& promotion : current_baselines(open_registry(context))) rows.push_back(promotion_row(promotion));
  Report report("iai.registry-baselines/1");
  report.headline(fmt::format("{} baseline{}", rows.size(), rows.size() == 1 ? "" : "s")).add("baselines", std::move(rows));
  context.output.result(report);
  return ExitCode::done;
}

ExitCode roll_back(const RegistryOptions& options, Context& context) {
  if (!context.record) throw Error(ErrorKind::usage, "a roll-back is a record, so it cannot go without one", "leave out --no-record");
  const std::string& name = options.baseline;
  Recording recording(context, "registry");
  const std::vector<Promotion> standing = promotions_of(open_registry(context), name);
  if (standing.empty()) {
    throw Error(ErrorKind::input, "there is no baseline '" + name + "'", "iai registry baselines lists them; iai gate --promote makes one");
  }
  if (standing.size() == 1) {
    throw Error(ErrorKind::input, "there was no baseline '" + name + "' before this one (record " + std::to_string(standing[0].record.number) + ")",
                "promote another model with iai gate --promote " + name);
  }
  const Promotion &from = standing.back(), &to = standing[standing.size() - 2];
  recording.option("roll_back", name);
  recording.option("from", from.record.id);
  recording.option("to", to.record.id);
  recording.input_digest("baseline", to.model.path, to.model.sha256, to.model.bytes);
  Report report("iai.registry-roll-back/1");
  report.headline(
      fmt::format("baseline {}: back to {} of record {}, from {} of record {}", name, to.model.path, to.record.number, from.model.path, from.record.number));
  report.add("baseline", promotion_row(to)).add("was", promotion_row(from));
  recording.commit(report);
  context.output.result(report);
  return ExitCode::done;
}

}  // namespace iai
