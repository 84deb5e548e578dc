#include "commands/compare.hpp"

#include "commands/session_file.hpp"

namespace iai {
namespace {

constexpr Example examples[] = {
    {"What did quantization change?", "iai compare model.onnx model-int8.onnx --task task.yaml"},
    {"Are the two the same but for half a percent of the metric?", "iai compare model.onnx model-int8.onnx --task task.yaml --margin 0.5%"},
    {"Write every sample whose answer changed", "iai compare model.onnx model-int8.onnx --task task.yaml --flips flips.csv"},
    {"Compare outputs without a task", "iai compare model.onnx converted.onnx --inputs x.npy --tolerance 1e-5"},
    {"Where do they part?", "iai compare model.onnx broken.onnx --inputs x.npy --layers --tolerance 1%"},
    {"The same where there is no data at hand", "iai compare model.onnx converted.onnx --random-inputs"},
};

}  // namespace

const Manual compare_manual{
    .description =
        "Sets a model beside the reference, sample by sample. All differences are model minus reference.\n\n"
        "With --task both answer the same samples. Each metric is given for both with the difference and its 95 % interval, which is much narrower than those "
        "of the two alone, since what both get wrong cancels out: Tango's score interval (1998) where the metric is a share of independent cases (accuracy, "
        "recall and specificity of one class), else a bias-corrected and accelerated bootstrap that draws both answers of a sample, or of a whole group, "
        "together. Where "
        "fewer than 10 samples or groups decide, there is no interval: it would be too narrow.\n\n"
        "primary_test is the chance to see such a difference in the primary metric between models that are as good as each other: McNemar's test for accuracy "
        "(exact with fewer than 25 samples that turn right or wrong, else chi-square with continuity correction), else the share of 9,999 exchanges of the two "
        "answers, sample by sample or group by group at random, that make as large a difference. The same is done for every slice of the task, with Holm's "
        "correction (1979) for all slices together; worst_slice is the one that lost and whose loss chance explains least.\n\n"
        "Answers that are classes are counted by how they turned: right to wrong, wrong to right. Of numbers it is counted which model lies nearer to the "
        "truth "
        "(sign test). The first --list of them are shown with what tells the sample apart; --flips writes all.\n\n"
        "Outputs are compared element by element on the same samples: signal over noise, cosine, largest and mean absolute difference, and the first sample "
        "with an element beyond --tolerance. Without a task, --inputs or --random-inputs say on what.\n\n"
        "--layers does the same with every tensor that an operator of each makes under the same name, with nothing fused: first_divergence is the first, in "
        "the "
        "order of the reference's operators, that differs beyond the tolerance or has another shape, with the constants that its operator reads and that the "
        "other model lacks or holds otherwise. Tensors without a partner are counted.\n\n"
        "--session FILE runs both models as iai bench --sweep --session-out says, its batch together, but for --layers.\n\n"
        "--margin asks whether the two are the same but for so much of the primary metric: two one-sided tests at 5 %, which is to say that the 90 % interval "
        "of "
        "the difference lies within the margin (Schuirmann, 1987). The verdict is `equivalent` (exit code 0), `different` where the whole interval lies beyond "
        "the margin, or `undecided` where the samples are too few to tell (both exit code 1). Without --margin there is no verdict, and the exit code is 0.\n\n"
        "Models of the same bytes, or that give the same outputs bit for bit on all samples, have no difference to doubt: intervals are 0 to 0.",
    .examples = {std::begin(examples), std::end(examples)},
    .diagnostics =
        "\"the models cannot be compared: 10 classes against 4\": the two were trained for other classes.\n\n"
        "\"the models cannot be compared: input 'a' against 'b'\": compare models of the same interface; iai inspect shows it.\n\n"
        "\"output ... is NaN for sample 7\": a metric of such answers would be wrong. --inputs compares them all the same, and counts such elements.\n\n"
        "`undecided`: the text says how many times the samples would do, should the difference stay.",
    .memory =
        "Both models, and the outputs of the runs that are on their way; with --layers at most 512 MB of watched tensors, in several passes where more are "
        "common. Labels, groups and two answers a prediction are held: about 100 bytes a prediction."};

void declare(CLI::App& app, CompareOptions& options) {
  app.add_option("reference", options.reference, "The model to compare with")->type_name("REFERENCE.onnx")->required();
  app.add_option("model", options.model, "The model that is compared")->type_name("MODEL.onnx")->required();
  declare_task(app, options.task);
  app.add_option("--split", options.split, "Part of the data, as the task names it")->type_name("NAME")->capture_default_str();
  app.add_option("--margin", options.margin, "Difference of the primary metric that does not matter: 0.5% of the reference's, or 0.01 in its unit")
      ->type_name("LIMIT");
  app.add_option("--inputs", options.inputs, "Inputs to compare outputs on, without a task: .npy, .npz, or a folder of them")->type_name("PATH");
  app.add_flag("--random-inputs", options.random_inputs, "Make inputs up, where there are none");
  app.add_option("--samples", options.samples, "Inputs that outputs are compared on, at most, spread evenly; 0: all, of random ones 64")
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 40))
      ->capture_default_str();
  app.add_option("--tolerance", options.tolerance, "Difference of elements that does not matter: 0.01% of the largest value in the tensor, or 1e-5 in its unit")
      ->type_name("LIMIT")
      ->capture_default_str();
  app.add_flag("--layers", options.layers, "Compare every tensor that both models make under the same name, and name the first that diverges");
  app.add_option("--list", options.list, "Changed answers that are shown")
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 40))
      ->capture_default_str();
  app.add_option("--flips", options.flips, "CSV file of all changed answers")->type_name("PATH")->group("Output");
  app.add_flag("--overwrite", options.overwrite, "Replace an existing file");
  declare_runtime(app, options.runtime);
  declare_session(app, options.session, {"--device", "--threads", "--batch"});
}

}  // namespace iai
