#include "commands/commands.hpp"

#include "commands/bench.hpp"
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
    {"ingest", Stage::data, "read plant data as it is: manifest, profile and a draft contract", &ingest_manual, bind_command<IngestOptions>},
    {"validate", Stage::data, "check a data set against its contract", &validate_manual, bind_command<ValidateOptions>},
    {"inspect", Stage::model, "show what a model, data set, tensor or record is", &inspect_manual, bind_command<InspectOptions>},
    {"convert", Stage::model, "change operator set, precision, shapes or storage of a model", &convert_manual, bind_command<ConvertOptions>},
    {"prune", Stage::model, "remove weights or whole channels from a model", &prune_manual, bind_command<PruneOptions>},
    {"quantize", Stage::model, "make an int8 model whose accuracy was measured", &quantize_manual, bind_command<QuantizeOptions>},
    {"evaluate", Stage::judge, "measure a model's accuracy, each figure with its interval", &evaluate_manual, bind_command<EvaluateOptions>},
    {"bench", Stage::judge, "measure latency, throughput, memory and energy, models side by side", &bench_manual, bind_command<BenchOptions>},
    {"gate", Stage::release, "decide a release from a policy and the records", &gate_manual, bind_command<GateOptions>},
    {"registry", Stage::release, "look at the lineage: log, show, lineage, verify", &registry_manual, bind_command<RegistryOptions>},
    {"report", Stage::release, "write the dossier of an artefact (EU AI Act, Annex IV)", &report_manual, bind_command<ReportOptions>},
    {"reproduce", Stage::release, "run a recorded step again and compare the digests", &reproduce_manual, bind_command<ReproduceOptions>},
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
