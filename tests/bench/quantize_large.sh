#!/usr/bin/env bash
# iai quantize beside ONNX Runtime's Python quantizer and NNCF on networks of the size of ResNet-50 and BERT-base (large_models.py):
# CPU seconds (user + system, all threads), wall seconds, peak memory, and how far the outputs lie from float32 (SQNR in dB over samples that
# were calibrated on). For iai also the share of its CPU time that was not spent in the runtime (its own account, --verbose).
# Wall seconds mean nothing on a machine that others load; CPU seconds do.
#   tests/bench/quantize_large.sh [BUILD [SOURCE [PIXELS [SAMPLES [WHAT ...]]]]]      WHAT: static, memory, dynamic (default: all)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
iai=$(realpath "${1:-$here/../../build}")/iai
pixels=${3:-224} samples=${4:-128}
what=("${@:5}")
[ ${#what[@]} -gt 0 ] || what=(static memory dynamic)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
version=$("$iai" doctor --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["onnxruntime"]["version"])')
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install -qq "onnxruntime==$version" onnx==1.23.2 sympy==1.14.0 numpy==2.4.6
if [ "${what[*]}" != dynamic ]; then
  python3 -m venv "$scratch/nncf"
  "$scratch/nncf/bin/pip" install -qq nncf==3.4.0 "onnxruntime==$version" onnx==1.23.2
fi
cat >"$scratch/measured.py" <<'PYTHON'
"""measured.py FILE COMMAND ...: writes exit status, CPU seconds, wall seconds and peak KiB of COMMAND. A process of its own, since a program
started from a large one inherits that one's peak."""
import os, sys, time

start = time.perf_counter()
child = os.spawnvp(os.P_NOWAIT, sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(child, 0)
with open(sys.argv[1], "w") as file:
    print(os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss, file=file)
PYTHON
cat >"$scratch/run_ort.py" <<'PYTHON'
"""What ONNX Runtime's documentation tells to do: pre-processing, then quantize_static (samples alone) or quantize_dynamic."""
import sys
import numpy, onnx, onnxruntime
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

model, made, calibration, samples, method, threads = sys.argv[1:]
if threads == "1":  # its threads wait by turning, which costs CPU seconds: one thread is the kinder figure for it
    made_options = onnxruntime.SessionOptions

    def one_thread():
        options = made_options()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return options

    onnxruntime.SessionOptions = one_thread
prepared = made + ".prepared"
quant_pre_process(model, prepared)

class Reader(CalibrationDataReader):
    def __init__(self):
        self.rows, self.name, self.at = numpy.load(calibration, mmap_mode="r")[:int(samples)], onnx.load(model).graph.input[0].name, 0
    def get_next(self):
        if self.at >= len(self.rows):
            return None
        self.at += 1
        return {self.name: numpy.ascontiguousarray(self.rows[self.at - 1:self.at])}

if method == "dynamic":
    quantize_dynamic(prepared, made, per_channel=True, weight_type=QuantType.QInt8)
else:
    kind = {"min-max": CalibrationMethod.MinMax, "percentile": CalibrationMethod.Percentile}[method]
    quantize_static(prepared, made, Reader(), quant_format=QuantFormat.QDQ, per_channel=True, activation_type=QuantType.QUInt8,
                    weight_type=QuantType.QInt8, calibrate_method=kind)
PYTHON
cat >"$scratch/run_nncf.py" <<'PYTHON'
"""NNCF as its documentation tells, all samples used, batch 1."""
import sys
import nncf, numpy, onnx

model, made, calibration, samples = sys.argv[1:]
source = onnx.load(model)
name, rows = source.graph.input[0].name, numpy.load(calibration, mmap_mode="r")[:int(samples)]
data = nncf.Dataset(range(len(rows)), lambda i: {name: numpy.ascontiguousarray(rows[i:i + 1])})
onnx.save(nncf.quantize(source, data, subset_size=len(rows)), made)
PYTHON
cat >"$scratch/compare.py" <<'PYTHON'
import math, os, re, subprocess, sys
import numpy, onnxruntime

iai, scratch, here, pixels, samples, *what = sys.argv[1:]
pixels, samples = int(pixels), int(samples)
source, made, python, nncf = f"{scratch}/source.onnx", f"{scratch}/made.onnx", f"{scratch}/venv/bin/python", f"{scratch}/nncf/bin/python"

def network(*arguments):
    subprocess.run([python, f"{here}/large_models.py", scratch, *map(str, arguments)], check=True)
    return f"{scratch}/{arguments[0]}.onnx", f"{scratch}/{arguments[0]}.npy"

def measured(command):
    with open(f"{scratch}/log", "w") as log:
        subprocess.run([python, f"{scratch}/measured.py", f"{scratch}/usage", *command], stdout=log, stderr=log, check=True)
    code, cpu, wall, peak = map(float, open(f"{scratch}/usage").read().split())
    said = open(f"{scratch}/log").read()
    if code != 0:
        print(f"  failed: {said.strip().splitlines()[-1][:150]}")
        return None
    own = re.search(r"all else ([\d.]+) s", said)
    return cpu, wall, peak / 1024, float(own.group(1)) if own else None

def outputs(path, rows):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    runner = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = runner.get_inputs()[0].name
    return numpy.concatenate([runner.run(None, {name: rows[i:i + 1]})[0].astype(numpy.float64) for i in range(len(rows))])

def sqnr(reference, candidate):
    noise = ((candidate - reference) ** 2).sum()
    return math.inf if noise == 0 else 10 * math.log10((reference ** 2).sum() / noise)

def row(way, command, reference=None, rows=None):
    print(f"{way:30}", end="", flush=True)
    figures = measured(command)
    if figures is None:
        return None
    cpu, wall, peak, own = figures
    text = f" {cpu:8.2f} {wall:8.1f} {peak:8.0f} {os.path.getsize(made) / 1e6:7.1f}"
    text += f" {sqnr(reference, outputs(made, rows)):8.2f}" if reference is not None else f" {'':8}"
    print(text + (f" {100 * own / cpu:7.1f} %" if own is not None else ""), flush=True)
    os.remove(made)
    return figures

def title(text):
    print(f"\n{text}\n{'way':30} {'CPU s':>8} {'wall s':>8} {'peak MB':>8} {'MB':>7} {'SQNR dB':>8} {'not runtime':>9}", flush=True)

def ours(model, *more):
    return [iai, "--no-record", "--verbose", "quantize", model, "-o", made, "--overwrite", "--threads", "1", *map(str, more)]

def ratio(text, ours, peer, of):
    if ours and peer:
        print(f"{text}: {ours[of] / peer[of]:.3f}")

def static():
    model, data = network("resnet50", pixels, samples)
    rows = numpy.ascontiguousarray(numpy.load(data, mmap_mode="r")[:16])
    reference = outputs(model, rows)
    title(f"static int8, size of ResNet-50, {samples} samples of {pixels} x {pixels}")
    mine = row("iai min-max", ours(model, "--calibration", data, "--method", "min-max"), reference, rows)
    peer = row("ort min-max", [python, f"{scratch}/run_ort.py", model, made, data, str(samples), "min-max", "all"], reference, rows)
    kind = row("ort min-max, one thread", [python, f"{scratch}/run_ort.py", model, made, data, str(samples), "min-max", "1"], reference, rows)
    row("iai auto", ours(model, "--calibration", data), reference, rows)
    row("nncf", [nncf, f"{scratch}/run_nncf.py", model, made, data, str(samples)], reference, rows)
    ratio("CPU seconds, iai min-max / ort min-max", mine, peer, 0)
    ratio("CPU seconds, iai min-max / ort min-max, one thread", mine, kind, 0)

def memory():
    side = min(pixels, 64)  # what grows with the samples grows with small images too
    model, data = network("resnet50", side, 512)
    ways = {"iai min-max": lambda n: ours(model, "--calibration", data, "--samples", n, "--method", "min-max"),
            "iai auto": lambda n: ours(model, "--calibration", data, "--samples", n),
            "ort min-max": lambda n: [python, f"{scratch}/run_ort.py", model, made, data, str(n), "min-max", "1"],
            "ort percentile": lambda n: [python, f"{scratch}/run_ort.py", model, made, data, str(n), "percentile", "1"],
            "nncf": lambda n: [nncf, f"{scratch}/run_nncf.py", model, made, data, str(n)]}
    title(f"memory over samples, size of ResNet-50, {side} x {side}")
    for way, command in ways.items():
        few, many = (row(f"{way}, {n} samples", command(n)) for n in (32, 512))
        ratio(f"  peak memory of {way}, 512 samples / 32 samples", many, few, 2)

def dynamic():
    model, data = network("bert", 16)
    rows = numpy.load(data)[:4]
    reference = outputs(model, rows)
    title("dynamic int8, size of BERT-base")
    mine = row("iai --dynamic", ours(model, "--dynamic"), reference, rows)
    peer = row("ort dynamic", [python, f"{scratch}/run_ort.py", model, made, data, "0", "dynamic", "1"], reference, rows)
    ratio("CPU seconds, iai / ort", mine, peer, 0)
    if mine:
        print(f"peak memory of iai / size of the model: {mine[2] * 1024 * 1024 / os.path.getsize(model):.2f}")

for name in what:
    {"static": static, "memory": memory, "dynamic": dynamic}[name]()
PYTHON
"$scratch/venv/bin/python" "$scratch/compare.py" "$iai" "$scratch" "$here" "$pixels" "$samples" "${what[@]}"
