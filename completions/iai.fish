# fish completion for iai; made by `iai generate fish`
complete -c iai -f
complete -c iai -n __fish_use_subcommand -a help -d 'show help'
complete -c iai -n __fish_use_subcommand -l version -d 'Show the version and end'
complete -c iai -n '__fish_seen_subcommand_from help' -a 'help init doctor ingest validate inspect convert quantize prune evaluate compare bench gate registry report reproduce'
complete -c iai -l json -d 'One JSON document on standard output; errors as JSON too'
complete -c iai -l quiet -s q -d 'No notes on standard error'
complete -c iai -l verbose -s v -d 'More on standard error'
complete -c iai -l color -d 'auto, always or never; NO_COLOR and CLICOLOR_FORCE are honoured' -x -a 'auto always never'
complete -c iai -l registry -d 'Registry file instead of the nearest .iai/registry.db' -r -F
complete -c iai -l no-record -d 'Leave no record of this run'
complete -c iai -l allow-network-fs -d 'Write the registry also on a network file system'
complete -c iai -l help -s h -d 'Show this help and end'
complete -c iai -n __fish_use_subcommand -a init -d 'make a project: .iai/registry.db and, on request, commented YAML files'
complete -c iai -n '__fish_seen_subcommand_from init' -l template -d 'Write commented task, contract, policy, product and pipeline files'
complete -c iai -n __fish_use_subcommand -a doctor -d 'show what this machine has and lacks, and how to get it'
complete -c iai -n '__fish_seen_subcommand_from doctor' -l runtime -d 'ONNX Runtime library, or the folder that holds it' -r -F
complete -c iai -n __fish_use_subcommand -a ingest -d 'read files, folders and archives once: manifest, profile, draft contract'
complete -c iai -n '__fish_seen_subcommand_from ingest' -l overwrite -d 'Replace an existing output'
complete -c iai -n '__fish_seen_subcommand_from ingest' -l output -s o -d 'Folder of the data set' -r -F
complete -c iai -n '__fish_seen_subcommand_from ingest' -l html -d 'Also write the profile as one HTML page with plots, which loads nothing' -r -F
complete -c iai -n '__fish_seen_subcommand_from ingest' -l copy -d 'Also copy every file to this store, where it goes by the SHA-256 of its bytes' -x
complete -c iai -n '__fish_seen_subcommand_from ingest' -l dialect -d 'How delimited text is written, as far as it is told (see iai-dialect(5)); the rest is found' -x -a '(__fish_complete_suffix .yaml) (__fish_complete_suffix .yml)'
complete -c iai -n '__fish_seen_subcommand_from ingest' -l names -d 'Names for the columns of files without a header that have as many columns' -x
complete -c iai -n '__fish_seen_subcommand_from ingest' -l mergeable -d 'Also keep profile.state, which --merge needs; it is as confidential as the data'
complete -c iai -n '__fish_seen_subcommand_from ingest' -l merge -d 'The paths are data sets made with --mergeable: make one of them without reading their files'
complete -c iai -n '__fish_seen_subcommand_from ingest' -l tensors -d 'Write the arrays that this task makes of its data, in place of a data set' -x -a '(__fish_complete_suffix .yaml) (__fish_complete_suffix .yml)'
complete -c iai -n '__fish_seen_subcommand_from ingest' -l follow -d 'Add to the data set what has come to this folder since, now and whenever more comes' -x -a '(__fish_complete_directories)'
complete -c iai -n '__fish_seen_subcommand_from ingest' -l once -d 'With --follow: once, not until interrupted'
complete -c iai -n '__fish_seen_subcommand_from ingest' -l interval -d 'With --follow: seconds between two looks (10)' -x
complete -c iai -n '__fish_seen_subcommand_from ingest' -l settle -d 'With --follow: take files that have stood still for so many seconds (5)' -x
complete -c iai -n '__fish_seen_subcommand_from ingest' -l split -d 'With --tensors: only these splits' -x
complete -c iai -n '__fish_seen_subcommand_from ingest' -l fit -d 'With --tensors: scale by mean and deviation of this splits rows, kept in scaling.csv' -x
complete -c iai -n '__fish_seen_subcommand_from ingest' -l threads -d 'Threads; 0: all cores. The result does not depend on it' -x
complete -c iai -n '__fish_seen_subcommand_from ingest' -r -F
complete -c iai -n __fish_use_subcommand -a validate -d 'hold a data set against a contract: every violation with file, row and byte'
complete -c iai -n '__fish_seen_subcommand_from validate' -l contract -d 'Contract that the data must meet' -x -a '(__fish_complete_suffix .yaml) (__fish_complete_suffix .yml)'
complete -c iai -n '__fish_seen_subcommand_from validate' -l draft -d 'Write a contract that the data meet, and take that in place of --contract' -x -a '(__fish_complete_suffix .yaml) (__fish_complete_suffix .yml)'
complete -c iai -n '__fish_seen_subcommand_from validate' -l dialect -d 'How delimited text is written, as far as it is told (see iai-dialect(5)); the rest is found' -x -a '(__fish_complete_suffix .yaml) (__fish_complete_suffix .yml)'
complete -c iai -n '__fish_seen_subcommand_from validate' -l junit -d 'Also write the verdict of each rule as JUnit XML' -r -F
complete -c iai -n '__fish_seen_subcommand_from validate' -l sarif -d 'Also write the findings as SARIF 2.1.0' -r -F
complete -c iai -n '__fish_seen_subcommand_from validate' -l html -d 'Also write the verdict as one HTML page that loads nothing' -r -F
complete -c iai -n '__fish_seen_subcommand_from validate' -l baseline -d 'Findings that are accepted; only new ones count' -x -a '(__fish_complete_suffix .json)'
complete -c iai -n '__fish_seen_subcommand_from validate' -l write-baseline -d 'Write all findings of this run as a baseline' -x -a '(__fish_complete_suffix .json)'
complete -c iai -n '__fish_seen_subcommand_from validate' -l overwrite -d 'Replace existing output files'
complete -c iai -n '__fish_seen_subcommand_from validate' -l threads -d 'Threads; 0: all cores. The result does not depend on it' -x
complete -c iai -n '__fish_seen_subcommand_from validate' -l limit -d 'Violations to show; all are counted' -x
complete -c iai -n '__fish_seen_subcommand_from validate' -r -F
complete -c iai -n __fish_use_subcommand -a inspect -d 'show what a model, data set, tensor or record is'
complete -c iai -n '__fish_seen_subcommand_from inspect' -l dialect -d 'How delimited text is written, as far as it is told (see iai-dialect(5)); the rest is found' -x -a '(__fish_complete_suffix .yaml) (__fish_complete_suffix .yml)'
complete -c iai -n '__fish_seen_subcommand_from inspect' -r -F
complete -c iai -n __fish_use_subcommand -a convert -d 'write a model in another operator set, precision, shape or file layout'
complete -c iai -n '__fish_seen_subcommand_from convert' -l overwrite -d 'Replace an existing output'
complete -c iai -n '__fish_seen_subcommand_from convert' -l output -s o -d 'Where the converted model goes' -r -F
complete -c iai -n '__fish_seen_subcommand_from convert' -l opset -d 'Operator set of the default domain' -x
complete -c iai -n '__fish_seen_subcommand_from convert' -l external -d 'Weights in a file of their own (NAME.data): auto puts them there when one file would exceed 2 GiB' -x -a 'auto always never'
complete -c iai -n '__fish_seen_subcommand_from convert' -l precision -d 'Store weights, and compute, in this type' -x -a 'float16 bfloat16'
complete -c iai -n '__fish_seen_subcommand_from convert' -l io -d 'Type of the models inputs and outputs with --precision: float32, or the same as the weights' -x -a 'float32 same'
complete -c iai -n '__fish_seen_subcommand_from convert' -l arithmetic -d 'reduced: operators compute in the 16-bit type (default of float16); float32: only weights are 16-bit (default of bfloat16)' -x -a 'reduced float32'
complete -c iai -n '__fish_seen_subcommand_from convert' -l exclude -d 'Nodes or operators that stay float32 (* any text, ? one character)' -x
complete -c iai -n '__fish_seen_subcommand_from convert' -l shape -d 'Fix an input (image=1,3,224,224) or a named dimension (batch=1)' -x
complete -c iai -n '__fish_seen_subcommand_from convert' -l calibration -d 'Calibration inputs: .npy, .npz, or a folder of them' -r -F
complete -c iai -n '__fish_seen_subcommand_from convert' -l no-compare -d 'Do not run the result: for machines without ONNX Runtime'
complete -c iai -n '__fish_seen_subcommand_from convert' -l device -d 'Execution provider (cpu, cuda, webgpu ...); never a silent fall-back' -x
complete -c iai -n '__fish_seen_subcommand_from convert' -l threads -d 'Threads; 0: all cores. The result does not depend on it' -x
complete -c iai -n '__fish_seen_subcommand_from convert' -l batch -d 'Samples that run together; 0: chosen by iai' -x
complete -c iai -n '__fish_seen_subcommand_from convert' -l runtime -d 'ONNX Runtime library to use instead of the one found' -r -F
complete -c iai -n '__fish_seen_subcommand_from convert' -x -a '(__fish_complete_suffix .onnx)'
complete -c iai -n __fish_use_subcommand -a quantize -d 'make a model int8, gated by measured accuracy'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l overwrite -d 'Replace an existing output'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l output -s o -d 'The quantized model to write' -r -F
complete -c iai -n '__fish_seen_subcommand_from quantize' -l precision -d 'int8, or 16-bit floats: fp16 (float16), bf16 (bfloat16)' -x -a 'int8 fp16 bf16'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l io -d 'With fp16 and bf16: type of the models inputs and outputs, float32 or the same as the weights' -x -a 'float32 same'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l arithmetic -d 'With fp16 and bf16: reduced, operators compute in the 16-bit type (default of fp16); float32, only weights are 16-bit (default of bf16)' -x -a 'reduced float32'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l calibration -d 'Calibration inputs: .npy, .npz, or a folder of them' -r -F
complete -c iai -n '__fish_seen_subcommand_from quantize' -l random-calibration -d 'Calibrate on seeded standard normal inputs instead of recorded ones: what is found is not what the plant shows'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l task -d 'Task file: what the model is for and how it is judged' -x -a '(__fish_complete_suffix .yaml) (__fish_complete_suffix .yml)'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l max-drop -d 'Largest drop of the tasks primary metric: 0.5% (relative) or 0.01 (absolute); over it exit 1' -x
complete -c iai -n '__fish_seen_subcommand_from quantize' -l keep-best -d 'Where nothing meets --max-drop or --never-slower, write the nearest miss; the exit code is 1 all the same'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l never-slower -d 'Measure the result against the source on this machine, return operators that cost more time than they gain, and exit 1 where it is slower'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l budget -d 'How long the search may take, such as 90s, 5min or 2h: it then ends with the best it has' -x
complete -c iai -n '__fish_seen_subcommand_from quantize' -l resume -d 'Keep what the search measures in OUTPUT.search, and go on from there where an earlier run was interrupted'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l method -d 'How ranges of activations are chosen' -x -a 'auto mse percentile entropy mean-min-max min-max'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l percentile -d 'With --method percentile: share of the values that is not clipped, in percent' -x
complete -c iai -n '__fish_seen_subcommand_from quantize' -l equalization -d 'Scale channels of activations by powers of two before they are quantized: auto (with --method auto, where it helps), none or always' -x -a 'auto none always'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l rounding -d 'How weights are rounded: nearest, or adaptive (so that errors of inputs that go together cancel out)' -x -a 'nearest adaptive'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l bias-correction -d 'What int8 shifts on average is taken from the biases: fast (from the weights and the means of the inputs), full (measured layer by layer), or auto (with --method auto, what is better)' -x -a 'auto fast full'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l exclude -d 'Leave operators in float, by name or type; * and ? match any text and any character' -x
complete -c iai -n '__fish_seen_subcommand_from quantize' -l dynamic -d 'Quantize activations as they come; needs no calibration'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l int16 -d 'Give the activations of these operators 16 bits, by name or type; their weights stay int8' -x
complete -c iai -n '__fish_seen_subcommand_from quantize' -l target -d 'Machine or runtime that the model is for: cpu-avx2 is x86-64 without VNNI, whose products of weights and activations are cut to 16 bits' -x -a 'generic cpu-vnni cpu-avx2 arm tensorrt openvino qnn'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l dry-run -s n -d 'Only say what would be quantized, what stays in float and why, and about how much memory it takes'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l layers -d 'Also measure each layer: what it loses by itself, what it alone does to the outputs, and the likely cause where it stands out, worst first'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l samples -d 'At most so many calibration samples, spread evenly; 0: all' -x
complete -c iai -n '__fish_seen_subcommand_from quantize' -l max-memory -d 'About how much memory calibration may take, such as 512MB; where the activations do not fit, they are watched in several runs' -x
complete -c iai -n '__fish_seen_subcommand_from quantize' -l ranges-out -d 'Write the ranges of the activations that were found, for --ranges' -x -a '(__fish_complete_suffix .yaml) (__fish_complete_suffix .yml)'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l html -d 'Also write the report as one HTML page with plots and a graph of the layers, which loads nothing; measures as --layers does' -x -a '(__fish_complete_suffix .html)'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l ranges -d 'Use the ranges in this file (see iai-ranges(5)); calibration inputs then only measure the outputs' -x -a '(__fish_complete_suffix .yaml) (__fish_complete_suffix .yml)'
complete -c iai -n '__fish_seen_subcommand_from quantize' -l device -d 'Execution provider (cpu, cuda, webgpu ...); never a silent fall-back' -x
complete -c iai -n '__fish_seen_subcommand_from quantize' -l threads -d 'Threads; 0: all cores. The result does not depend on it' -x
complete -c iai -n '__fish_seen_subcommand_from quantize' -l batch -d 'Samples that run together; 0: chosen by iai' -x
complete -c iai -n '__fish_seen_subcommand_from quantize' -l runtime -d 'ONNX Runtime library to use instead of the one found' -r -F
complete -c iai -n '__fish_seen_subcommand_from quantize' -x -a '(__fish_complete_suffix .onnx)'
complete -c iai -n __fish_use_subcommand -a prune -d 'remove the channels or weights that contribute least'
complete -c iai -n '__fish_seen_subcommand_from prune' -l overwrite -d 'Replace an existing output'
complete -c iai -n '__fish_seen_subcommand_from prune' -l output -s o -d 'Where the pruned model goes' -r -F
complete -c iai -n '__fish_seen_subcommand_from prune' -l channels -d 'Share of the removable channels to remove' -x
complete -c iai -n '__fish_seen_subcommand_from prune' -l sparsity -d 'Share of the weights to set to zero' -x
complete -c iai -n '__fish_seen_subcommand_from prune' -l scope -d 'layer: the share of every layer; global: of the whole model' -x -a 'layer global'
complete -c iai -n '__fish_seen_subcommand_from prune' -l exclude -d 'Nodes or operators whose output channels and weights stay (* any text, ? one character)' -x
complete -c iai -n '__fish_seen_subcommand_from prune' -l calibration -d 'Calibration inputs: .npy, .npz, or a folder of them' -r -F
complete -c iai -n '__fish_seen_subcommand_from prune' -l task -d 'Task file: what the model is for and how it is judged' -x -a '(__fish_complete_suffix .yaml) (__fish_complete_suffix .yml)'
complete -c iai -n '__fish_seen_subcommand_from prune' -l max-drop -d 'Largest loss of the tasks primary metric: 0.01, or 1% of its value' -x
complete -c iai -n '__fish_seen_subcommand_from prune' -l no-compare -d 'Do not run the result: for machines without ONNX Runtime'
complete -c iai -n '__fish_seen_subcommand_from prune' -l device -d 'Execution provider (cpu, cuda, webgpu ...); never a silent fall-back' -x
complete -c iai -n '__fish_seen_subcommand_from prune' -l threads -d 'Threads; 0: all cores. The result does not depend on it' -x
complete -c iai -n '__fish_seen_subcommand_from prune' -l batch -d 'Samples that run together; 0: chosen by iai' -x
complete -c iai -n '__fish_seen_subcommand_from prune' -l runtime -d 'ONNX Runtime library to use instead of the one found' -r -F
complete -c iai -n '__fish_seen_subcommand_from prune' -x -a '(__fish_complete_suffix .onnx)'
complete -c iai -n __fish_use_subcommand -a evaluate -d 'judge models by a task: metrics with intervals, side by side'
complete -c iai -n '__fish_seen_subcommand_from evaluate' -l task -d 'Task file: what the model is for and how it is judged' -x -a '(__fish_complete_suffix .yaml) (__fish_complete_suffix .yml)'
complete -c iai -n '__fish_seen_subcommand_from evaluate' -l split -d 'Part of the data, as the task names it' -x
complete -c iai -n '__fish_seen_subcommand_from evaluate' -l threshold-from -d 'Binary: choose the decision threshold on this split of the task' -x
complete -c iai -n '__fish_seen_subcommand_from evaluate' -l threshold-for -d 'What it is chosen for: f1, accuracy, balanced_accuracy, matthews_correlation, or recall>=0.9' -x
complete -c iai -n '__fish_seen_subcommand_from evaluate' -l stress -d 'Also judge under noise, gain, offset, dropout, shift, quantize, missing: a curve of the primary metric for each' -x -a '(__fish_complete_suffix .)'
complete -c iai -n '__fish_seen_subcommand_from evaluate' -l strengths -d 'Strengths of the stress, instead of the usual four of each kind' -x -a '(__fish_complete_suffix .)'
complete -c iai -n '__fish_seen_subcommand_from evaluate' -l errors -d 'Also write wrong answers, the worst first (of a regression all), with file, row and unit of each sample; of several models, a file each' -x -a '(__fish_complete_suffix .csv)'
complete -c iai -n '__fish_seen_subcommand_from evaluate' -l label-errors -d 'Also write labels that are probably wrong, by confident learning; the model must not know them' -x -a '(__fish_complete_suffix .csv)'
complete -c iai -n '__fish_seen_subcommand_from evaluate' -l html -d 'Also write the evaluation as one HTML page with plots, which loads nothing; of several models, a page each' -r -F
complete -c iai -n '__fish_seen_subcommand_from evaluate' -l overwrite -d 'Replace existing output files'
complete -c iai -n '__fish_seen_subcommand_from evaluate' -l device -d 'Execution provider (cpu, cuda, webgpu ...); never a silent fall-back' -x
complete -c iai -n '__fish_seen_subcommand_from evaluate' -l threads -d 'Threads; 0: all cores. The result does not depend on it' -x
complete -c iai -n '__fish_seen_subcommand_from evaluate' -l batch -d 'Samples that run together; 0: chosen by iai' -x
complete -c iai -n '__fish_seen_subcommand_from evaluate' -l runtime -d 'ONNX Runtime library to use instead of the one found' -r -F
complete -c iai -n '__fish_seen_subcommand_from evaluate' -l session -d 'How the model is run, as iai bench --sweep --session-out wrote it: device, threads, optimization, batch' -x -a '(__fish_complete_suffix .json)'
complete -c iai -n '__fish_seen_subcommand_from evaluate' -x -a '(__fish_complete_suffix .onnx)'
complete -c iai -n __fish_use_subcommand -a compare -d 'say whether two models answer alike: paired differences, flips, outputs, equivalence'
complete -c iai -n '__fish_seen_subcommand_from compare' -l task -d 'Task file: what the model is for and how it is judged' -x -a '(__fish_complete_suffix .yaml) (__fish_complete_suffix .yml)'
complete -c iai -n '__fish_seen_subcommand_from compare' -l split -d 'Part of the data, as the task names it' -x
complete -c iai -n '__fish_seen_subcommand_from compare' -l margin -d 'Difference of the primary metric that does not matter: 0.5% of the references, or 0.01 in its unit' -x
complete -c iai -n '__fish_seen_subcommand_from compare' -l inputs -d 'Inputs to compare outputs on, without a task: .npy, .npz, or a folder of them' -r -F
complete -c iai -n '__fish_seen_subcommand_from compare' -l random-inputs -d 'Make inputs up, where there are none'
complete -c iai -n '__fish_seen_subcommand_from compare' -l samples -d 'Inputs that outputs are compared on, at most, spread evenly; 0: all, of random ones 64' -x
complete -c iai -n '__fish_seen_subcommand_from compare' -l tolerance -d 'Difference of elements that does not matter: 0.01% of the largest value in the tensor, or 1e-5 in its unit' -x
complete -c iai -n '__fish_seen_subcommand_from compare' -l layers -d 'Compare every tensor that both models make under the same name, and name the first that diverges'
complete -c iai -n '__fish_seen_subcommand_from compare' -l list -d 'Changed answers that are shown' -x
complete -c iai -n '__fish_seen_subcommand_from compare' -l flips -d 'CSV file of all changed answers' -r -F
complete -c iai -n '__fish_seen_subcommand_from compare' -l overwrite -d 'Replace an existing file'
complete -c iai -n '__fish_seen_subcommand_from compare' -l device -d 'Execution provider (cpu, cuda, webgpu ...); never a silent fall-back' -x
complete -c iai -n '__fish_seen_subcommand_from compare' -l threads -d 'Threads; 0: all cores. The result does not depend on it' -x
complete -c iai -n '__fish_seen_subcommand_from compare' -l batch -d 'Samples that run together; 0: chosen by iai' -x
complete -c iai -n '__fish_seen_subcommand_from compare' -l runtime -d 'ONNX Runtime library to use instead of the one found' -r -F
complete -c iai -n '__fish_seen_subcommand_from compare' -l session -d 'How the model is run, as iai bench --sweep --session-out wrote it: device, threads, optimization, batch' -x -a '(__fish_complete_suffix .json)'
complete -c iai -n '__fish_seen_subcommand_from compare' -x -a '(__fish_complete_suffix .onnx)'
complete -c iai -n __fish_use_subcommand -a bench -d 'measure latency, throughput, memory and energy, models side by side'
complete -c iai -n '__fish_seen_subcommand_from bench' -l reference -d 'Model to compare with: measured along, without a record of its own' -x -a '(__fish_complete_suffix .onnx)'
complete -c iai -n '__fish_seen_subcommand_from bench' -l calibration -d 'Calibration inputs: .npy, .npz, or a folder of them' -r -F
complete -c iai -n '__fish_seen_subcommand_from bench' -l device -d 'Execution provider (cpu, cuda, webgpu ...); never a silent fall-back' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -l threads -d 'Threads; 0: all cores. The result does not depend on it' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -l batch -d 'Samples that run together; 0: chosen by iai' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -l runtime -d 'ONNX Runtime library to use instead of the one found' -r -F
complete -c iai -n '__fish_seen_subcommand_from bench' -l seconds -d 'Measuring time a model, after the warm-up' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -l runs -d 'Measured runs a model, instead of a time' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -l until -d 'Measure until the ratio (or the median of a single model) is known to this precision' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -l budget -d 'With --until: most measuring time in all' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -l optimization -d 'What the runtime may do to the graph before it runs' -x -a 'none basic extended all'
complete -c iai -n '__fish_seen_subcommand_from bench' -l session -d 'How the model is run, as iai bench --sweep --session-out wrote it: device, threads, optimization, batch' -x -a '(__fish_complete_suffix .json)'
complete -c iai -n '__fish_seen_subcommand_from bench' -l operators -d 'Also show each operators time and work, and what bounds it: compute, memory or overhead'
complete -c iai -n '__fish_seen_subcommand_from bench' -l require-provider -d 'Fail when a node ran elsewhere than on the device'
complete -c iai -n '__fish_seen_subcommand_from bench' -l concurrency -d 'Also measure N streams at the same time; with --rate they share what is asked for' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -l rate -d 'Also measure with runs asked for at this rate, whether or not earlier ones are done' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -l arrivals -d 'With --rate: when runs are asked for' -x -a 'poisson constant'
complete -c iai -n '__fish_seen_subcommand_from bench' -l meter -d 'Shell command that prints SECONDS WATTS lines as long as it runs: an external power meter' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -l meter-timeout -d 'With --meter: longest silence' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -l power-sensor -d 'Sensors that add up to what is measured: of hwmon, CHIP/LABEL, or graphics processors of Nvidia, nvml/0' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -l idle -d 'How long the idle machines power is measured before the models run' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -l co2-factor -d 'Grams of CO2 a kWh, for grams an inference' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -l co2-source -d 'Where that factor comes from' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -l sweep -d 'Try settings against each other: threads, batch, graph optimization, device; name the cheapest'
complete -c iai -n '__fish_seen_subcommand_from bench' -l sweep-threads -d 'Threads to try (1, 2, 4 ... all cores)' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -l sweep-batch -d 'Batches to try (1, 4, 16)' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -l sweep-optimization -d 'Levels to try (basic, all)' -x -a 'none basic extended all'
complete -c iai -n '__fish_seen_subcommand_from bench' -l sweep-device -d 'Devices to try (that of --device)' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -l latency-limit -d 'With --sweep: 99 % of the runs must not take longer' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -l metric-limit -d 'With --sweep: only models of which such an evaluation is recorded' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -l session-out -d 'With --sweep: the cheapest setting, for --session and your own code' -x -a '(__fish_complete_suffix .json)'
complete -c iai -n '__fish_seen_subcommand_from bench' -l html -d 'Also write what was measured as one HTML page with plots, which loads nothing' -r -F
complete -c iai -n '__fish_seen_subcommand_from bench' -l overwrite -d 'Replace existing output files'
complete -c iai -n '__fish_seen_subcommand_from bench' -l seed -d 'Of the order within the rounds and of the inputs' -x
complete -c iai -n '__fish_seen_subcommand_from bench' -x -a '(__fish_complete_suffix .onnx)'
complete -c iai -n __fish_use_subcommand -a gate -d 'say whether a model may be released, by a policy and the records'
complete -c iai -n '__fish_seen_subcommand_from gate' -l policy -d 'What the model must show' -x -a '(__fish_complete_suffix .yaml) (__fish_complete_suffix .yml)'
complete -c iai -n '__fish_seen_subcommand_from gate' -l reference -d 'Model to compare with, or baseline:NAME for one that was promoted' -x -a '(__fish_complete_suffix .onnx)'
complete -c iai -n '__fish_seen_subcommand_from gate' -l task -d 'Task file: what the model is for and how it is judged' -x -a '(__fish_complete_suffix .yaml) (__fish_complete_suffix .yml)'
complete -c iai -n '__fish_seen_subcommand_from gate' -l junit -d 'Write the verdicts as JUnit XML' -x -a '(__fish_complete_suffix .xml)'
complete -c iai -n '__fish_seen_subcommand_from gate' -l markdown -d 'Write the verdicts as a comment for a merge request' -x -a '(__fish_complete_suffix .md)'
complete -c iai -n '__fish_seen_subcommand_from gate' -l sarif -d 'Write what did not pass as SARIF 2.1.0, at the lines of the policy' -x -a '(__fish_complete_suffix .sarif)'
complete -c iai -n '__fish_seen_subcommand_from gate' -l overwrite -d 'Replace existing output files'
complete -c iai -n '__fish_seen_subcommand_from gate' -l promote -d 'Make the model the baseline NAME when it passes' -x
complete -c iai -n '__fish_seen_subcommand_from gate' -l explain -d 'Show the records that one check rests on; writes and records nothing' -x
complete -c iai -n '__fish_seen_subcommand_from gate' -l date -d 'Day that waivers and the age of records are judged by, YYYY-MM-DD; today without it' -x
complete -c iai -n '__fish_seen_subcommand_from gate' -x -a '(__fish_complete_suffix .onnx)'
complete -c iai -n __fish_use_subcommand -a registry -d 'look at the lineage: log, show, lineage, verify'
complete -c iai -n '__fish_seen_subcommand_from registry' -a log -d 'List the records, newest last'
complete -c iai -n '__fish_seen_subcommand_from registry; and __fish_seen_subcommand_from log' -l verb -d 'Only records of this verb' -x
complete -c iai -n '__fish_seen_subcommand_from registry; and __fish_seen_subcommand_from log' -l verdict -d 'Only records that ended so' -x -a 'done passed failed'
complete -c iai -n '__fish_seen_subcommand_from registry; and __fish_seen_subcommand_from log' -l digest -d 'Only records that read or wrote this artefact' -x
complete -c iai -n '__fish_seen_subcommand_from registry; and __fish_seen_subcommand_from log' -l file -d 'Only records that read or wrote the bytes of this file or folder' -r -F
complete -c iai -n '__fish_seen_subcommand_from registry; and __fish_seen_subcommand_from log' -l since -d 'Only records started on this day (UTC) or later' -x
complete -c iai -n '__fish_seen_subcommand_from registry; and __fish_seen_subcommand_from log' -l until -d 'Only records started on this day (UTC) or earlier' -x
complete -c iai -n '__fish_seen_subcommand_from registry; and __fish_seen_subcommand_from log' -l limit -d 'Only the newest N; 0: all' -x
complete -c iai -n '__fish_seen_subcommand_from registry' -a show -d 'Show one record'
complete -c iai -n '__fish_seen_subcommand_from registry' -a lineage -d 'Show the steps that led to a record or a file, and those that used it'
complete -c iai -n '__fish_seen_subcommand_from registry; and __fish_seen_subcommand_from lineage' -l direction -d 'Towards the origins, the uses, or both' -x -a 'up down both'
complete -c iai -n '__fish_seen_subcommand_from registry; and __fish_seen_subcommand_from lineage' -l format -d 'Form of the answer' -x -a 'text dot json'
complete -c iai -n '__fish_seen_subcommand_from registry; and __fish_seen_subcommand_from lineage' -r -F
complete -c iai -n '__fish_seen_subcommand_from registry' -a baselines -d 'List the models that gate promoted, by name'
complete -c iai -n '__fish_seen_subcommand_from registry' -a roll-back -d 'Make the model that was the baseline before it again'
complete -c iai -n '__fish_seen_subcommand_from registry' -a verify -d 'Check the chain and the recorded files'
complete -c iai -n __fish_use_subcommand -a report -d 'write the technical documentation: recorded, stated and missing'
complete -c iai -n '__fish_seen_subcommand_from report' -l kind -d 'Kind of document' -x -a 'annex-iv'
complete -c iai -n '__fish_seen_subcommand_from report' -l product -d 'Product file: what only people can state' -x -a '(__fish_complete_suffix .yaml) (__fish_complete_suffix .yml)'
complete -c iai -n '__fish_seen_subcommand_from report' -l overwrite -d 'Replace an existing output'
complete -c iai -n '__fish_seen_subcommand_from report' -l output -s o -d 'Document to write: FILE.md, FILE.html or a folder for both; -: standard output' -r -F
complete -c iai -n '__fish_seen_subcommand_from report' -r -F
complete -c iai -n __fish_use_subcommand -a reproduce -d 'run a recorded step again and compare what comes out'
