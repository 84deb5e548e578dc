#!/usr/bin/env bash
# iai convert against its peers in Python: ONNX's version converter and onnxconverter-common's float16. Whole processes, turns
# alternate, the ratio is that of the medians. Equality: operators and outputs of the two opset conversions, SQNR of the two
# float16 models against their source on the evaluation inputs, sizes.
#   tests/bench/convert.sh [BUILD [SOURCE]]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
iai=$(realpath "${1:-$root/build}")/iai
data=${IAI_TEST_DATA:-${2:-$root}/../shared}
[ -e "$data/models/cmapss_cnn.onnx" ] || { echo "skipped: there is no $data/models"; exit 0; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
version=$("$iai" doctor --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["onnxruntime"]["version"])')
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install -qq "onnxruntime==$version" onnx==1.23.2 onnxconverter-common==1.16.0 numpy==2.4.6
cd "$scratch"
"$scratch/venv/bin/python" - "$iai" "$data/models" <<'PYTHON'
import os, statistics, subprocess, sys, time
import numpy, onnx, onnxruntime

iai, folder = sys.argv[1:]
TURNS = 5
OPSET = """
import sys, onnx, onnx.version_converter
onnx.save(onnx.version_converter.convert_version(onnx.load(sys.argv[1]), 23), sys.argv[2])
"""
HALF = """
import sys, onnx
from onnxconverter_common import float16
onnx.save(float16.convert_float_to_float16(onnx.load(sys.argv[1]), keep_io_types=True), sys.argv[2])
"""

def run(command):
    start = time.perf_counter()
    result = subprocess.run(command, capture_output=True, text=True)
    return time.perf_counter() - start, result

def race(ours, theirs):
    """Median seconds of both, and what the peer said when it failed."""
    times = [[], []]
    failure = ''
    for _ in range(TURNS):
        for side, command in enumerate((ours, theirs)):
            seconds, result = run(command)
            times[side].append(seconds)
            if result.returncode and side == 0:
                sys.exit(result.stderr)
            if result.returncode:
                failure = result.stderr.strip().splitlines()[-1][:80]
    return statistics.median(times[0]), statistics.median(times[1]), failure

def answers(path, inputs):
    session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
    name = session.get_inputs()[0].name
    return numpy.concatenate([session.run(None, {name: inputs[i:i + 1]})[0].astype(numpy.float64).ravel() for i in range(len(inputs))])

def sqnr(reference, other):
    noise = ((reference - other) ** 2).sum()
    return float('inf') if noise == 0 else 10 * numpy.log10((reference ** 2).sum() / noise)

for name, data in (('ai4i_mlp', 'ai4i_eval_x'), ('cmapss_cnn_bn', 'cmapss_eval_x'), ('cmapss_lstm', 'cmapss_eval_x'), ('cmapss_transformer', 'cmapss_eval_x'),
                   ('digits_cnn', 'digits_eval_x'), ('bytes_lm', 'bytes_lm_calib_x')):
    model, inputs = f'{folder}/{name}.onnx', numpy.load(f'{folder}/{data}.npy')[:100]
    quiet = ['--no-record', '--no-compare', '--overwrite']
    reference = answers(model, inputs)
    ours, theirs, failure = race([iai, 'convert', model, '--opset', '23', '-o', 'a.onnx', *quiet], [sys.executable, '-c', OPSET, model, 'b.onnx'])
    if failure:
        print(f'{name}: opset 23: ours {ours * 1e3:.0f} ms, the peer fails: {failure}')
    else:
        same = [n.op_type for n in onnx.load('a.onnx').graph.node] == [n.op_type for n in onnx.load('b.onnx').graph.node]
        equal = (answers('a.onnx', inputs) == answers('b.onnx', inputs)).all()
        print(f'{name}: opset 23: ours {ours * 1e3:.0f} ms, peer {theirs * 1e3:.0f} ms, ratio {ours / theirs:.3f}; same operators: {same}, same outputs: {equal}')
    ours, theirs, failure = race([iai, 'convert', model, '--precision', 'float16', '-o', 'a.onnx', *quiet], [sys.executable, '-c', HALF, model, 'b.onnx'])
    mine = f'{sqnr(reference, answers("a.onnx", inputs)):.1f} dB, {os.path.getsize("a.onnx")} bytes'
    try:
        other = failure or f'{sqnr(reference, answers("b.onnx", inputs)):.1f} dB, {os.path.getsize("b.onnx")} bytes'
    except Exception as error:
        other = f'does not load: {str(error)[:80]}'
    print(f'{name}: float16: ours {ours * 1e3:.0f} ms, peer {theirs * 1e3:.0f} ms, ratio {ours / theirs:.3f}; ours {mine}; peer {other}')
PYTHON
