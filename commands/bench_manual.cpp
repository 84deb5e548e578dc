#include "commands/bench.hpp"

namespace iai {

const Manual bench_manual{
    .description =
        "Measures how fast models run on this machine, and what they cost before they are warm. Only the runtime's own run lies "
        "between two readings of the clock: inputs are bound before, outputs are written over those of the run before.\n\n"
        "Several models are interleaved: rounds in which each runs for a block of about 10 ms, in an order drawn anew for every "
        "round from --seed. Where in memory a model happens to lie makes it up to a percent faster or slower as long as it is loaded, so all "
        "are loaded anew up to 20 times (placements), in an order drawn anew, between blocks of memory of random size. The first model (or --reference) is "
        "what "
        "the others are compared with: each placement gives the ratio of the two medians, and latency_ratio is the median of these with the 95 % "
        "interval that their order gives (Hahn, Meeker and Escobar, Statistical Intervals, section 5.3.1). latency_p50_interval is the same for "
        "the medians themselves. Where the time holds fewer than 6 placements (--runs below 120, a large model, --seconds below a second) there is one, and up "
        "to 50 groups of its rounds take their part: such an interval is too narrow for a difference below a percent.\n\n"
        "Before that every model runs until it stops getting faster (two windows of 10 runs and 2 ms in a row that are not more than 2 "
        "% faster than the one before, 50 ms at least); these runs are reported as warm-up and are in no other figure. Load time, first "
        "inference and peak memory come from a forked child for each model, in which nothing ran before; the peak is the child's "
        "ru_maxrss and includes the runtime's library. arena_allocations and arena_peak_bytes are what a warm run asks of the runtime's allocator, counted "
        "in a second session of that child by an allocator in the place of its arena: tensors between operators and what kernels need meanwhile, without "
        "weights, inputs and outputs; on the processor only.\n\n"
        "--until PERCENT goes on until every ratio (with a single model: its median) is known to that precision, half the interval's width "
        "over the value, or --budget ends; precision_reached says which. The interval is looked at after 10 placements and then whenever a "
        "quarter more were measured.\n\n"
        "p99.9 needs 1000 runs and is left out below, where it would be the slowest run. The histogram (--json) has the same buckets for every "
        "model, 20 a decade, each 12.2 % wide.\n\n"
        "throughput_per_s is samples a second of one stream of runs, one after the other. --concurrency N measures N streams at the same time too, "
        "each asking for its next run when it has the last (a closed loop). With --rate R runs are asked for R times a second at moments fixed "
        "before (Poisson by --seed, or constant), whether or not earlier ones are done, and latency counts from the moment one was asked for: a "
        "slow run makes those behind it late, and they say so. Where the runs would take the streams longer than the time they are asked for in "
        "(busy 100 % or more), keeps_up is no and there is no latency: it would grow as long as one measures. Each lasts --seconds, "
        "one model after the other, with --threads inside each run.\n\n"
        "Energy: the machine is left idle (--idle), then the models run in turn, ten blocks of 0.2 s each. energy_j is joules a run as the meter "
        "says, the median of the blocks with its 95 % interval; energy_net_j is that less the idle power over the same time. Other processes are "
        "in both. The meter is the first of: --meter; the processor packages' and memory's counters (RAPL, through powercap; "
        "IAI_POWERCAP names another folder than /sys/class/powercap); the one sensor that hwmon shows, or those that --power-sensor "
        "names, since a board's rails and what hangs on them stand side by side (IAI_HWMON names another folder than "
        "/sys/class/hwmon). Of models on Nvidia's devices (cuda, tensorrt) it is the cards, as Nvidia's management library counts them (libnvidia-ml.so.1, or "
        "what IAI_NVML names), and nothing else; --power-sensor nvml/0 names one. Where none answers it says unavailable, and why. AMD's graphics processors "
        "show themselves through hwmon (amdgpu). Grams of CO2 only with --co2-factor and --co2-source.\n\n"
        "--meter COMMAND runs in a shell as long as models are measured and prints 'SECONDS WATTS', a line a reading, written at once; empty lines "
        "and those that begin with # are passed over. SECONDS count from any zero by a clock that is never put back: it is laid over this machine's by "
        "the first five lines. Energy is the sum of trapezoids between readings, cut at the borders of the blocks; stretches last five of its "
        "readings at least. The command runs in a process group of its own, which is ended with the measurement. Records name it, but "
        "reproduce measures without it: a record runs no shell command.\n\n"
        "--operators adds the runtime's own account of its kernels (50 runs in a session of their own): time, operations and bytes from the shapes "
        "that it states, operations a byte, and the share of what this machine can do at most, measured beside it: float32 multiply-adds, copies within "
        "the second-level cache and in memory, by --threads threads. bound_by is compute or memory, whichever ceiling is nearer; overhead below a "
        "tenth of both; unknown where the shapes do not tell the operations. The runtime counts whole microseconds: kernels of one or two "
        "are roughly known. An int8 kernel is held against the float32 ceiling and may exceed it.\n\n"
        "--html FILE writes all that was measured as one page with plots, which loads nothing: the run times of each model as a histogram, the ratios with "
        "their intervals, with --operators a roofline (each kernel by operations a byte and operations a second, under what the machine can do at most), with "
        "--sweep latency against throughput, energy and memory.\n\n"
        "Nodes that a device lacks run on the processor; placement and fell_back say which, for every device but cpu. With --require-provider "
        "one such node makes the exit code 1. A device works on when its kernel's time has ended: that is the time to hand it over, so such "
        "kernels are held against no ceiling (bound_by device), and the latency says how long all of it took.\n\n"
        "--sweep tries settings of one or several models (one precision each: quantize and convert make them): every threads, batch, optimization and device "
        "that --sweep-... name, two passes in an order by "
        "--seed, half of --seconds each, one session at a time. It names the cheapest one under --latency-limit: least energy a sample where a meter "
        "answers, else least processor time a sample; on_front marks settings that no other one beats in p99, throughput, energy and memory "
        "together. --metric-limit 'accuracy>=0.97' leaves out models whose newest recorded evaluation does not show it. --session-out writes the cheapest one "
        "for --session; docs/benchmark.md shows how Python loads it. Exit code 1 where no setting keeps "
        "the limit.\n\n"
        "Each model leaves its own record. verdict is steady or unsteady, with the reasons: processor time given to other machines, other "
        "processes, a changing clock, heat or a container's quota that slowed the processor down, different or changing governors, a "
        "reference that drifted.",
    .examples = {{"How fast is it?", "iai bench model.onnx"},
                 {"Is the quantized model faster?", "iai bench model.onnx model-int8.onnx"},
                 {"One thread, batches of 16, real inputs", "iai bench model.onnx --threads 1 --batch 16 --calibration calib.npy"},
                 {"As long as it takes to know the ratio to 0.5 %, five minutes at most", "iai bench model.onnx model-int8.onnx --until 0.5% --budget 300"},
                 {"Will it serve 200 parts a second, and how late at worst?", "iai bench model.onnx --rate 200 --seconds 60 --threads 1"},
                 {"Eight callers at once", "iai bench model.onnx --concurrency 8 --threads 1"},
                 {"Which layers take the time, and why?", "iai bench model.onnx --operators --threads 1"},
                 {"The same as a page for colleagues", "iai bench model.onnx --operators --threads 1 --html bench.html"},
                 {"The cheapest way to run it within 20 ms", "iai bench model.onnx --sweep --latency-limit 20 --session-out session.json"},
                 {"The same over precisions, of those that are accurate enough",
                  "iai bench model.onnx model-fp16.onnx model-int8.onnx --sweep --metric-limit 'accuracy>=0.97' --session-out session.json"},
                 {"As that says", "iai bench model.onnx --session session.json"},
                 {"Energy by a meter on a serial line that prints 'SECONDS WATTS'", "iai bench model.onnx --meter 'exec cat /dev/ttyUSB0' --idle 10"},
                 {"A short look: 200 runs", "iai bench model.onnx --runs 200 --no-record"}},
    .diagnostics =
        "\"the meter ... said nothing for 10 s\": it holds its lines back (stdbuf -oL COMMAND), or waits for something; run it by itself.\n\n"
        "\"takes ..., ... takes ...\": models measured together need the same inputs; measure the others in a run of "
        "their own.\n\n"
        "\"is NaN, so its times say nothing\": the model answered NaN to its inputs. Random inputs may lie outside of "
        "what it was "
        "made for: give real ones with --calibration.\n\n"
        "The interval says whether a ratio is real. Where it includes 1, measure longer (--seconds, --until) or on a quieter "
        "machine.",
    .memory =
        "The sessions of all models at once, up to 64 MB of inputs each, and 8 bytes a run (2 million runs a model at "
        "most).",
};

}  // namespace iai
