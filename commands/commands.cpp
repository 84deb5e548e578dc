#include "commands/commands.hpp"

#include "commands/bench.hpp"
#include "commands/compare.hpp"
#include "commands/convert.hpp"
#include "commands/doctor.hpp"
#include "commands/evaluate.hpp"
#include "commands/gate.hpp"
#include "commands/ingest.hpp"
#include "commands/init.hpp"
#include "commands/inspect.hpp"
#include "commands/prune.hpp"
#include "commands/quantize.hpp"
#include "commands/registry.hpp"
#include "commands/report.hpp"
#include "commands/reproduce.hpp"
#include "commands/validate.hpp"

namespace iai {
namespace {

const Command table[] = {
    {"init", Stage::set_up, "make a project: .iai/registry.db and, on request, commented YAML files", &init_manual, bind_command<InitOptions>},
    {"doctor", Stage::set_up, "show what this machine has and lacks, and how to get it", &doctor_manual, bind_command<DoctorOptions>},
    {"ingest", Stage::data, "read files, folders and archives once: manifest, profile, draft contract", &ingest_manual, bind_command<IngestCommandOptions>},
    {"validate", Stage::data, "hold a data set against a contract: every violation with file, row and byte", &validate_manual,
     bind_command<ValidateCommandOptions>},
    {"inspect", Stage::model, "show what a model, data set, tensor or record is", &inspect_manual, bind_command<InspectOptions>},
    {"convert", Stage::model, "write a model in another operator set, precision, shape or file layout", &convert_manual, bind_command<ConvertOptions>},
    {"quantize", Stage::model, "make a model int8, gated by measured accuracy", &quantize_manual, bind_command<QuantizeOptions>},
    {"prune", Stage::model, "remove the channels or weights that contribute least", &prune_manual, bind_command<PruneOptions>},
    {"evaluate", Stage::judge, "judge models by a task: metrics with intervals, side by side", &evaluate_manual, bind_command<EvaluateOptions>},
    {"compare", Stage::judge, "say whether two models answer alike: paired differences, flips, outputs, equivalence", &compare_manual,
     bind_command<CompareOptions>},
    {"bench", Stage::judge, "measure latency, throughput, memory and energy, models side by side", &bench_manual, bind_command<BenchOptions>},
    {"gate", Stage::release, "say whether a model may be released, by a policy and the records", &gate_manual, bind_command<GateOptions>},
    {"registry", Stage::release, "look at the lineage: log, show, lineage, verify", &registry_manual, bind_command<RegistryOptions>},
    {"report", Stage::release, "write the technical documentation: recorded, stated and missing", &report_manual, bind_command<ReportOptions>},
    {"reproduce", Stage::release, "run a recorded step again and compare what comes out", &reproduce_manual, bind_command<ReproduceOptions>},
};

}  // namespace

std::string_view stage_title(Stage stage) {
  switch (stage) {
    case Stage::set_up: return "Set up";
    case Stage::data: return "Data";
    case Stage::model: return "Model";
    case Stage::judge: return "Judge";
    case Stage::release: return "Release";
  }
  return "";
}

std::span<const Command> command_table() { return table; }

const Command* find_command(std::string_view name) {
  for (const Command& command : table) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

}  // namespace iai
