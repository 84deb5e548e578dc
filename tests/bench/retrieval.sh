#!/usr/bin/env bash
# iai evaluate of 20,000 embeddings of 128 numbers (kind: retrieval, the model gives its input back) beside numpy: the same mean average precision from a
# matrix product and a sorting for each query. One thread, CPU seconds (user + system) and peak memory.
#   tests/bench/retrieval.sh [BUILD [SAMPLES [TURNS]]]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
iai=$(realpath "${1:-$here/../../build}")/iai samples=${2:-20000} turns=${3:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -qq numpy==2.4.6
python=$work/venv/bin/python
source "$here/turns.bash"
cd "$work"
PYTHONPATH=$here/.. "$python" -B - "$samples" <<'PYTHON'
import sys, numpy
from onnx_bytes import model, node, value
draws, n = numpy.random.default_rng(1), int(sys.argv[1])
labels = draws.integers(0, 100, n)
numpy.save("x.npy", (draws.normal(size=(100, 128))[labels] + 1.5 * draws.normal(size=(n, 128))).astype(numpy.float32))
numpy.save("y.npy", labels)
open("same.onnx", "wb").write(model([node("Identity", ["x"], "y")], [], [value("x", 128)], [value("y", 128)]))
PYTHON
printf 'kind: retrieval\nmetrics: [mean_average_precision]\ninputs: x.npy\nlabels: y.npy\n' >task.yaml
cat >peer.py <<'PYTHON'
import numpy
x, labels = numpy.load("x.npy").astype(float), numpy.load("y.npy")
x /= numpy.linalg.norm(x, axis=1, keepdims=True)
precision = []
for first in range(0, len(x), 500):
    for i, row in enumerate(x[first : first + 500] @ x.T, first):
        row[i] = -numpy.inf
        ranks = 1 + numpy.flatnonzero(labels[numpy.argsort(-row, kind="stable")[:-1]] == labels[i])
        precision.append((numpy.arange(1, len(ranks) + 1) / ranks).mean())
print("mean_average_precision", numpy.mean(precision))
PYTHON
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
for ((i = 0; i < turns; ++i)); do
  turn python "$python" peer.py
  cp out python.out
  turn iai "$iai" evaluate same.onnx --task task.yaml --threads 1 --no-record
  cp out iai.out
done
for tool in python iai; do
  printf '%-7s %8.2f CPU s  %8.1f MB peak  %s\n' "$tool" "${best[$tool]}" "$(awk "BEGIN { print ${memory[$tool]} / 1024 }")" "$(grep -o '^ *mean_average_precision *[0-9.]*' $tool.out)"
done
