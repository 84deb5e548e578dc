#!/usr/bin/env bash
# iai validate's drift rules: false alarms on samples without drift against the stated level, planted drifts found, and the figures
# beside those of SciPy on the raw data.
#   tests/bench/drift.sh [BUILD [SOURCE]]   IAI_BENCH_TRIALS (1000), IAI_TEST_DATA
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
iai=$(realpath "${1:-$root/build}")/iai source=${2:-$root}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -qq numpy==2.4.6 scipy==1.17.0
data=${IAI_TEST_DATA:-$source/../shared}/data/ai4i2020.csv
mkdir "$work/run"
"$work/venv/bin/python" "$source/tests/bench/drift.py" "$iai" "$work/run" "${IAI_BENCH_TRIALS:-1000}" $([ -f "$data" ] && realpath "$data")
