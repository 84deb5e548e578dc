#!/usr/bin/env bash
# iai quantize beside ONNX Runtime's Python quantizer and NNCF, same runtime version, same calibration inputs: how far the outputs lie
# from float32 (SQNR in dB over all elements of the first output, computed here for both), bytes, CPU seconds and peak
# memory of the process, and median latency over that of the float32 model (batch 1, one thread, turns alternate). Last, the geometric mean of
# the latencies of each way over the models that it could do, and that of iai over the same models. Where --never-slower writes nothing, the
# source stays in use: its latency counts as 1.
#   tests/bench/quantize.sh [BUILD [SOURCE [MODEL ...]]]        MODEL: a name such as cmapss_cnn
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
iai=$(realpath "${1:-$root/build}")/iai
data=${IAI_TEST_DATA:-${2:-$root}/../shared}/models
models=("${@:3}")
[ ${#models[@]} -gt 0 ] || models=(ai4i_mlp ai4i_mlp_muladd cmapss_cnn cmapss_cnn_bn cmapss_lstm cmapss_transformer digits_cnn bytes_lm)
[ -e "$data/${models[0]}.onnx" ] || { echo "skipped: there is no $data/${models[0]}.onnx"; exit 0; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
version=$("$iai" doctor --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["onnxruntime"]["version"])')
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install -qq "onnxruntime==$version" onnx==1.23.2 sympy==1.14.0 numpy==2.4.6
python3 -m venv "$scratch/nncf"
"$scratch/nncf/bin/pip" install -qq nncf==3.4.0 "onnxruntime==$version" onnx==1.23.2
cat >"$scratch/run_nncf.py" <<'PYTHON'
"""NNCF as its documentation tells, on all calibration inputs, each alone."""
import sys
import nncf, numpy, onnx

model, made, calibration = sys.argv[1:]
source = onnx.load(model)
name, rows = source.graph.input[0].name, numpy.load(calibration, mmap_mode="r")
onnx.save(nncf.quantize(source, nncf.Dataset(range(len(rows)), lambda i: {name: numpy.ascontiguousarray(rows[i:i + 1])}), subset_size=len(rows)), made)
PYTHON
cat >"$scratch/peer.py" <<'PYTHON'
"""What ONNX Runtime's documentation tells to do: pre-processing, then quantize_static or quantize_dynamic."""
import sys
import numpy, onnx
from onnxruntime.quantization import (CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_dynamic, quantize_static)
from onnxruntime.quantization.shape_inference import quant_pre_process

model, made, calibration, method = sys.argv[1:]
prepared = made + ".prepared"
quant_pre_process(model, prepared)

class Reader(CalibrationDataReader):
    def __init__(self):
        self.rows, self.name, self.at = numpy.load(calibration, mmap_mode="r"), onnx.load(model).graph.input[0].name, 0
    def get_next(self):
        if self.at >= len(self.rows):
            return None
        self.at += 16
        return {self.name: numpy.ascontiguousarray(self.rows[self.at - 16:self.at])}

if method == "dynamic":
    quantize_dynamic(prepared, made, per_channel=True, weight_type=QuantType.QInt8)
else:
    kind = {"min-max": CalibrationMethod.MinMax, "percentile": CalibrationMethod.Percentile}[method]
    quantize_static(prepared, made, Reader(), quant_format=QuantFormat.QDQ, per_channel=True, activation_type=QuantType.QUInt8,
                    weight_type=QuantType.QInt8, calibrate_method=kind)
PYTHON
"$scratch/venv/bin/python" - "$iai" "$data" "$scratch" "${models[@]}" <<'PYTHON'
import math, os, statistics, subprocess, sys, time
import numpy, onnxruntime

iai, data, scratch = sys.argv[1:4]

def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

def arrays(model):
    family = model.split("_")[0] if model != "bytes_lm" else model
    judged = numpy.load(f"{data}/{family}_{'val' if family == 'cmapss' else 'eval'}_x.npy", mmap_mode="r")
    if model == "bytes_lm":
        judged = judged[:32, :128]
    return f"{data}/{family}_calib_x.npy", numpy.ascontiguousarray(judged[::4] if family == "cmapss" else judged)

def outputs(path, rows):
    runner = session(path)
    name = runner.get_inputs()[0].name
    return numpy.concatenate([runner.run(None, {name: rows[i:i + 1]})[0].astype(numpy.float64) for i in range(len(rows))])  # a sample alone, as in use

def sqnr(reference, candidate):
    noise = ((candidate - reference) ** 2).sum()
    return math.inf if noise == 0 else 10 * math.log10((reference ** 2).sum() / noise)

def latency_ratio(path, reference, row):
    """Median over turns of median over runs."""
    runners = [session(path), session(reference)]
    feed = {runners[0].get_inputs()[0].name: row}
    ratios = []
    for _ in range(5):
        medians = []
        for runner in runners:
            times, end = [], time.perf_counter() + 0.15
            for _ in range(3):
                runner.run(None, feed)
            while len(times) < 3 or time.perf_counter() < end:
                start = time.perf_counter_ns()
                runner.run(None, feed)
                times.append(time.perf_counter_ns() - start)
            medians.append(statistics.median(times))
        ratios.append(medians[0] / medians[1])
    return statistics.median(ratios)

def measured(command):
    with open(f"{scratch}/log", "w") as log:
        child = subprocess.Popen(command, stdout=log, stderr=log)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024

def ways(source, made, calibration):
    ours = [iai, "--no-record", "quantize", source, "-o", made, "--overwrite"]
    peer = [sys.executable, f"{scratch}/peer.py", source, made, calibration]
    yield "iai", ours + ["--calibration", calibration]
    yield never_slower, ours + ["--calibration", calibration, "--never-slower", "--batch", "1", "--threads", "1"]
    yield "ort min-max", peer + ["min-max"]
    yield "ort percentile", peer + ["percentile"]
    yield "nncf", [f"{scratch}/nncf/bin/python", f"{scratch}/run_nncf.py", source, made, calibration]
    yield "iai --dynamic", ours + ["--dynamic"]
    yield "ort dynamic", peer + ["dynamic"]

never_slower = "iai --never-slower"
latencies = {}
print(f"{'model':20} {'way':18} {'SQNR dB':>8} {'kB':>8} {'CPU s':>7} {'peak MB':>8} {'latency':>8}")
for model in sys.argv[4:]:
    source, made = f"{data}/{model}.onnx", f"{scratch}/made.onnx"
    calibration, rows = arrays(model)
    reference = outputs(source, rows)
    for way, command in ways(source, made, calibration):
        code, seconds, peak = measured(command)
        if code == 1 and way == never_slower:  # nothing is written, the source stays in use
            print(f"{model:20} {way:18} {open(f'{scratch}/log').read().splitlines()[0][:90]}", flush=True)
            latencies.setdefault(way, {})[model] = 1
            continue
        if code != 0:
            print(f"{model:20} {way:18} failed: {open(f'{scratch}/log').read().strip().splitlines()[-1][:90]}", flush=True)
            continue
        try:
            figures = sqnr(reference, outputs(made, rows)), os.path.getsize(made) / 1000, seconds, peak, latency_ratio(made, source, rows[:1])
        except onnxruntime.capi.onnxruntime_pybind11_state.Fail as error:
            print(f"{model:20} {way:18} does not load: {str(error)[:90]}", flush=True)
            os.remove(made)
            continue
        print(f"{model:20} {way:18} {figures[0]:8.2f} {figures[1]:8.1f} {figures[2]:7.2f} {figures[3]:8.0f} {figures[4]:8.2f}", flush=True)
        latencies.setdefault(way, {})[model] = figures[4]
        os.remove(made)

def mean(ratios):
    return math.exp(statistics.fmean(map(math.log, ratios)))

print("\ngeometric means of the latency over float32")
for way, ratios in latencies.items():
    same = [latencies.get("iai", {}).get(model) for model in ratios]
    print(f"{way:18} {mean(ratios.values()):8.3f} over {len(ratios)} models" + (f", iai {mean(same):.3f} over the same" if None not in same else ""))
for way in "iai", never_slower:
    slower = [f"{model} {ratio:.2f}" for model, ratio in latencies.get(way, {}).items() if ratio > 1]
    print(f"{way} slower than float32: " + (", ".join(slower) or "none"))
PYTHON
