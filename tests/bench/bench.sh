#!/usr/bin/env bash
# What iai bench adds to a run: its median latency over that of a tight loop through ONNX Runtime's Python API, with the same
# runtime version, one thread, the same model. Turns alternate; the ratio printed is the median over the turns, and so is what is added in
# microseconds to a bound run. Then bench_pairs.py: the same model twice, and a model that is 3 % slower (IAI_BENCH_PAIRS="SAME_RUNS SLOWER_RUNS SECONDS").
#   tests/bench/bench.sh [BUILD [SOURCE [MODEL.onnx ...]]]
set -euo pipefail
export ORT_DISABLE_TELEMETRY=1  # for the peer; iai sets it itself
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
iai=$(realpath "${1:-$root/build}")/iai
data=${IAI_TEST_DATA:-${2:-$root}/../shared}
models=("${@:3}")
[ ${#models[@]} -gt 0 ] || models=("$data"/models/{ai4i_mlp,cmapss_cnn,cmapss_lstm,digits_cnn}.onnx)
scratch=$(mktemp -d)
[ -e "${models[0]}" ] || { echo "skipped: there is no ${models[0]}"; exit 0; }
trap 'rm -rf "$scratch"' EXIT
version=$("$iai" doctor --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["onnxruntime"]["version"])')
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install -qq "onnxruntime==$version" numpy==2.4.6
"$scratch/venv/bin/python" - "$iai" "${models[@]}" <<'PYTHON'
import json, statistics, subprocess, sys, time
import numpy, onnxruntime

def peer(path, seconds):
    """Median of run times in a tight loop: through run(), and through an IO binding, where Python builds no arrays."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    random = numpy.random.default_rng(1)
    types = {"tensor(float)": numpy.float32, "tensor(int64)": numpy.int64}
    feeds = {}
    for port in session.get_inputs():
        shape = [d if isinstance(d, int) else 1 if i == 0 else 16 for i, d in enumerate(port.shape)]
        kind = types[port.type]
        feeds[port.name] = (random.standard_normal(shape) if kind is numpy.float32 else random.integers(0, 2, shape)).astype(kind)
    binding = session.io_binding()
    for name, value in feeds.items():
        binding.bind_cpu_input(name, value)
    for port in session.get_outputs():
        binding.bind_output(port.name)
    medians = []
    for run in (lambda: session.run(None, feeds), lambda: session.run_with_iobinding(binding)):
        times, end = [], time.perf_counter() + seconds
        for _ in range(20):
            run()
        while time.perf_counter() < end:
            start = time.perf_counter_ns()
            run()
            times.append(time.perf_counter_ns() - start)
        medians.append(statistics.median(times) / 1e6)
    return medians

def ours(iai, path, seconds):
    command = [iai, "bench", path, "--threads", "1", "--seconds", str(seconds), "--no-record", "--json"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found["models"][0]["latency_p50_ms"]

print(f"{'model':24} {'iai ms':>9} {'run ms':>9} {'bound ms':>9} {'iai/run':>8} {'iai/bound':>9} {'added us':>9}")
for path in sys.argv[2:]:
    turns = []
    for _ in range(5):
        turns.append((ours(sys.argv[1], path, 0.7), *peer(path, 0.7)))
    a, b, c = (statistics.median(column) for column in zip(*turns))
    run, bound = statistics.median(x / y for x, y, _ in turns), statistics.median(x / z for x, _, z in turns)
    added = statistics.median(1000 * (x - z) for x, _, z in turns)
    print(f"{path.split('/')[-1]:24} {a:9.4f} {b:9.4f} {c:9.4f} {run:8.3f} {bound:9.3f} {added:9.2f}")
PYTHON
"$scratch/venv/bin/pip" install -qq onnx
read -r -a pairs <<<"${IAI_BENCH_PAIRS:-100 50 3}"
"$scratch/venv/bin/python" "$(dirname "${BASH_SOURCE[0]}")/bench_pairs.py" "$iai" "${models[1]:-${models[0]}}" "${pairs[@]}"
