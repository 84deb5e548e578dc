#!/usr/bin/env bash
# iai quantize, ONNX Runtime's Python quantizer and NNCF on every model of ONNX's backend tests that holds Conv, ConvTranspose, Gemm, MatMul,
# LSTM or GRU, with the inputs that come with it as calibration. Those tests give weights as inputs, so each model is also tried "frozen":
# all inputs of these operators but the first are made constants. Counted are: ok (the result runs in ONNX Runtime on the inputs, with outputs
# of the same shapes), unchanged (the result runs, but holds no integer operator), refused (an error that says what to do: exit 2 or 3 with a hint; for the peers, none), failed (anything else).
# Models that ONNX Runtime cannot run as they are count only for crashes of iai.
#   tests/bench/quantize_success.sh [BUILD [SOURCE [PATTERN]]]        PATTERN: part of a test's name
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
iai=$(realpath "${1:-$here/../../build}")/iai
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
version=$("$iai" doctor --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["onnxruntime"]["version"])')
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install -qq nncf==3.4.0 "onnxruntime==$version" onnx==1.23.2 sympy==1.14.0 ml_dtypes==0.6.0
"$scratch/venv/bin/python" "$here/quantize_success.py" "$iai" "$scratch" "${3:-}"
