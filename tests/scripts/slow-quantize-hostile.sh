#!/usr/bin/env bash
# iai quantize against 79 broken and odd models (tests/quantize_hostile.py).
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
"$1" doctor --json | grep -q '"version": "[0-9]' || { echo "skipped: there is no ONNX Runtime"; exit 77; }
exec env PYTHONDONTWRITEBYTECODE=1 python3 "$2/tests/quantize_hostile.py" "$1"
