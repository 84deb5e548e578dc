#include "commands/quantize.hpp"

namespace iai {

namespace {

constexpr Example examples[] = {
    {"Static int8, calibrated on recorded inputs", "iai quantize model.onnx --calibration calibration.npy -o model-int8.onnx"},
    {"Only when accuracy holds: at most 0.5 % of the task's primary metric may be lost",
     "iai quantize model.onnx --task task.yaml --max-drop 0.5% -o model-int8.onnx"},
    {"The same, and where nothing holds the nearest miss is written",
     "iai quantize model.onnx --task task.yaml --max-drop 0.5% --keep-best -o model-int8.onnx"},
    {"Only what is faster here than the source, and the same bytes on the next machine",
     "iai quantize model.onnx --calibration calibration.npy --never-slower --ranges-out ranges.yaml -o model-int8.onnx\n"
     "iai quantize model.onnx --ranges ranges.yaml -o same.onnx"},
    {"Dynamic int8, without calibration data", "iai quantize model.onnx --dynamic -o model-int8.onnx"},
    {"Calibrate where the data is, quantize elsewhere: the same bytes, with neither the data nor a runtime",
     "iai quantize model.onnx --calibration calibration.npy --ranges-out ranges.yaml -o model-int8.onnx\n"
     "iai quantize model.onnx --ranges ranges.yaml -o model-int8.onnx"},
    {"What would be quantized, what stays in float and why, without running anything", "iai quantize model.onnx --dry-run"},
    {"Which layer does the harm, and why, as a table and as a page for a browser",
     "iai quantize model.onnx --calibration calibration.npy --html report.html -o model-int8.onnx"},
    {"For machines without VNNI: no product of weights and activations may be cut off",
     "iai quantize model.onnx --calibration calibration.npy --target cpu-avx2 -o model-int8.onnx"},
    {"16-bit floats for a GPU: what does not fit stays in float32",
     "iai quantize model.onnx --precision fp16 --calibration calibration.npy -o model-fp16.onnx"},
    {"Half the size, the same arithmetic, no data", "iai quantize model.onnx --precision bf16 -o model-bf16.onnx"},
    {"Leave the first convolution and every Gemm in float",
     "iai quantize model.onnx --calibration calibration.npy --exclude conv1 --exclude Gemm -o model-int8.onnx"},
};

}  // namespace

const Manual quantize_manual{
    .description =
        "Makes the weights of Conv, ConvTranspose, Gemm and MatMul int8 and lets the runtime compute with integers.\n\n"
        "Static int8 (the default) watches the activations on calibration inputs and writes the QDQ form that ONNX Runtime, TensorRT and OpenVINO read. "
        "Weights have one symmetric scale a channel, activations one scale and zero point a tensor; batch normalization is folded first, biases become int32 "
        "and are "
        "corrected for what the rounding of the weights shifts. Normalization of raw engineering units in front of the first layer, Softmax, "
        "LayerNormalization and all "
        "that is element-wise stay in float.\n\n"
        "--method says how the range of an activation is chosen: min-max takes all that was seen, mean-min-max the mean of the samples' own ranges, percentile "
        "clips a share at both ends, entropy keeps the most of the distribution, mse takes the range with the least squared error seen through the operator "
        "that reads it. auto parts the calibration inputs: on three quarters it tries mse and min-max, each with and without products of two activations "
        "(attention), then other methods for single tensors, scaled channels (--equalization) and corrected biases (--bias-correction), and judges them by the "
        "outputs on the last quarter, so that what helps by chance, or clips what comes back in use, falls through. What is chosen is then made from all "
        "inputs. "
        "--verbose shows each try. Any other method is taken as it is.\n\n"
        "--equalization always divides channels of an activation by powers of two and multiplies the weights that read them, so that a channel with large "
        "values "
        "does not drown the others; in floating point the answers stay the same. --bias-correction full runs the quantized model layer by layer and takes from "
        "the biases what int8 shifts on average. --rounding adaptive rounds weights so that errors of inputs that go together cancel out (not for "
        "cpu-avx2).\n\n"
        "Weights of LSTM, GRU and RNN, and tables that Gather picks rows from, are stored as int8 and computed with as float32: a smaller file, as fast as "
        "before. "
        "Where calibration inputs are there, recurrent weights are rounded so that the errors of inputs and states that go together cancel out (with "
        "--ranges-out and --ranges to the nearest). auto leaves them float where the outputs suffer by more than 3 dB and lie below 40 dB.\n\n"
        "Dynamic int8 (--dynamic) needs no calibration: activations are quantized as they come, those of LSTM too.\n\n"
        "--random-calibration makes up 64 inputs (--samples: as many): standard normal from a fixed seed, dimensions that are open 1, integers within the "
        "table "
        "that "
        "they pick from. Ranges found so are not those of the plant; a warning, the report, the record and the file of ranges say random.\n\n"
        "With --task and --max-drop the result is judged: where the primary metric drops by more than the limit, operators are returned, the most sensitive "
        "first, as few as it takes: to 16-bit activations (not with --dynamic, tensorrt, openvino and qnn), and where that is not enough to float. How "
        "sensitive "
        "one "
        "is says the error of the outputs when it alone is quantized. The report holds the paired 95 % interval of the difference. When no choice holds, "
        "nothing is written, or with --keep-best the one with the smallest drop; the exit code is 1, and the report says what stood in the way. Without "
        "--calibration the task's split 'calibration' is used.\n\n"
        "--never-slower times the result against the source on this machine, in turns, with --threads and --batch as iai bench does. Each operator without "
        "which "
        "the model is surely faster (the 95 % interval of the ratio lies below 1, twice) goes back to float, unless --max-drop needs it; int16 on a CPU is one "
        "that often does. Where the result is surely slower all the same, or nothing is left in int8, nothing is written and the exit code is 1. Times are not "
        "the same twice, so that this flag, and it alone besides --budget, lets the bytes depend on the machine: --ranges-out writes what went back, and "
        "--ranges makes the same bytes from it.\n\n"
        "--budget ends the search for methods and operators with the best that it has. Then, and only then, the result depends on the speed of the machine; "
        "report and record say that the search was cut. --resume keeps what the search measures in OUTPUT.search, written each second, and goes on from there "
        "when an earlier run was interrupted; it ends with the same bytes, and removes the file.\n\n"
        "--target says for which machine. On x86-64 without VNNI (cpu-avx2) the runtime adds two neighbouring products of weights and activations in 16 bits, "
        "and what "
        "does not fit is cut: the same file then answers differently there. Channels in which two neighbouring weights could exceed 16 bits, at the largest "
        "input that "
        "calibration saw, get a coarser scale, just enough that they cannot (at worst seven bits instead of eight); the report counts these pairs for each "
        "layer. "
        "Convolutions of one channel a group and products of two activations are computed otherwise and stay as they are. cpu-vnni and generic use all eight "
        "bits.\n\n"
        "arm takes signed activations, tensorrt signed ones with zero point 0 and biases in float, openvino unsigned ones and biases in float. qnn takes "
        "unsigned ones and one scale for all weights of a Gemm or MatMul; it compiles fixed shapes only (iai convert --shape), and what stays in float runs on "
        "the CPU beside it. The outputs are "
        "measured with ONNX Runtime here whatever the target.\n\n"
        "--int16 gives operators that lose too much 16-bit activations instead of float: their weights stay small, ONNX Runtime on CPUs computes them in "
        "float.\n\n"
        "--layers measures every layer on up to 32 inputs and lists them in \"findings\", worst first. \"lost\" is the share of what its weights, its inputs "
        "or its "
        "result tell that integers lose, whichever lose the most: noise over variance, the mean over the channels, so that a large channel cannot hide the "
        "others. \"layer\" figures compare the layer's result with float where its inputs come in float, \"output\" figures the model's worst output where "
        "this "
        "layer alone is in integers; \"time\" is its share of a run on this machine. Above 0.5 % lost, the likely cause is named: a weight column or a channel "
        "that the others vanish beside, a range that "
        "does "
        "not fit the data (clipped, or far wider), scales along a swapped axis, an activation that never changes. --html writes all of it as one page with a "
        "graph of the layers, histograms of the activations with their ranges, the weights, and size against error of all that was tried, with --never-slower "
        "time too; it loads nothing and "
        "runs no script. One run over the inputs for all layers, then one for each.\n\n"
        "--ranges-out writes what was found, tensor by tensor. --ranges reads it and makes the same bytes from the same model, with neither calibration inputs "
        "nor a "
        "runtime; where inputs are given, they only measure the outputs. Ranges of another model, missing ones and those that cannot be are refused.\n\n"
        "--precision fp16 and bf16 make a float16 or bfloat16 model instead. What that does to each activation is measured on the calibration inputs: an "
        "operator stays in float32, and its weights with it, where a tensor that it reads or makes comes near the type's largest number (65504 for float16), "
        "vanishes, "
        "or where rounded inputs change its outputs ten times more than rounding usually does; and where the model's outputs show a loss that no operator "
        "shows by itself. The outputs are those of a device that rounds every result: a CPU keeps float32 between operators and would hide what clamps. "
        "affected tensors lists each of which values clamp or vanish. bf16 stores weights in 16 bits and computes in float32, which needs no inputs, "
        "unless "
        "--arithmetic reduced is said.\n\n"
        "The same inputs give the same bytes, whatever --threads and --batch and the order of the calibration files, unless --never-slower or --budget "
        "measure time.",
    .examples = {std::begin(examples), std::end(examples)},
    .diagnostics =
        "Reasons of --dry-run with fp16 and bf16: excluded, subgraph, type (the operator set does not define the operator for the type: iai convert "
        "--opset).\n\n"
        "\"the runtime here cannot run it\": the file is for a device with kernels of the type; ONNX Runtime's CPU has next to none for bfloat16.\n\n"
        "Reasons of --dry-run: excluded (--exclude), accuracy (--max-drop) and slower (--never-slower), both from a file of ranges, small (too few outputs or "
        "weights to gain), shared (another "
        "operator reads the weights as floats), weights (the outputs suffer too much from int8 "
        "ones), "
        "subgraph (weights inside If, Loop or Scan), computed (weights are no constants), constant (the input is one), type (not float32), empty, vector (the "
        "weight "
        "has one axis), scaled (alpha or beta of Gemm), bias (not one number a channel), groups (they do not divide the channels), attention (product of two "
        "activations), no_kernel, transposed and "
        "layout "
        "(--dynamic: no integer kernel for this form).\n\n"
        "\"becomes NaN on the calibration inputs\": the model overflows, or a weight is not a number; iai evaluate shows the same.\n\n"
        "\"can be chance\": the drop is within its interval, so the samples of the split 'evaluation' are too few for this limit. Give more, or a wider "
        "limit.\n\n"
        "\"belongs to another search\": --resume found measurements of another model, other data or options. Finish that search with its own, or remove the "
        "file.\n\n"
        "\"is quantized already\": quantize the floating-point model instead.",
    .memory =
        "The runtime, four copies of the weights, 64 kB for each watched tensor, and the activations of one sample for each thread, whatever the number of "
        "samples. With --max-memory tensors are watched in several runs where they do not fit together, with the same result; an estimate from the shapes, "
        "weights included, that the runtime can exceed by a little. "
        "With fp16 and bf16 each watched activation twice, without histograms. --dry-run estimates it. With --dynamic and --ranges no runtime and two copies."};

}  // namespace iai
