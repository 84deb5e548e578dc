#!/usr/bin/env bash
# The Python of docs/benchmark.md loads a session file that a sweep wrote, and its answers give the figure that iai evaluate --session says.
set -uo pipefail
iai=$1 source=$2 data=${IAI_TEST_DATA:-$2/../shared}/models
deps=${IAI_DEPS_DIR:-$source/.deps}
[ -e "$data/cmapss_cnn.onnx" ] || { echo "skipped: no models"; exit 77; }
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
# ONNX Runtime for Python is the wheel that the set-up took the library from.
wheel=$(ls "$deps"/dl/onnxruntime-*-cp3*.whl 2>/dev/null | head -1)
python=$deps/venv/bin/python
[ -n "$wheel" ] && [ -x "$python" ] || { echo "skipped: no wheel of onnxruntime in $deps/dl"; exit 77; }
"$python" -m zipfile -e "$wheel" site || exit 1
export PYTHONPATH=$work/site
"$python" -c 'import numpy, onnxruntime' 2>import.err || { echo "skipped: onnxruntime cannot be imported: $(tail -1 import.err)"; exit 77; }

cp "$data/cmapss_cnn.onnx" model.onnx && cp "$data/cmapss_eval_x.npy" x.npy && cp "$data/cmapss_eval_y.npy" y.npy || exit 1
printf 'kind: regression\nmetrics: [rmse]\ninputs: x.npy\nlabels: y.npy\n' >task.yaml
"$iai" --no-record bench model.onnx --sweep --sweep-threads 1 --sweep-batch 16 --sweep-optimization basic,all --seconds 0.05 --session-out session.json >/dev/null 2>&1 ||
  { echo "the sweep failed"; exit 1; }
"$iai" --no-record evaluate model.onnx --task task.yaml --session session.json --json >said.json || exit 1
# The block of the document that reads session.json, as it stands there.
"$python" - "$source/docs/benchmark.md" >load.py <<'END'
import re, sys
blocks = re.findall(r"```python\n(.*?)```", open(sys.argv[1], encoding="utf-8").read(), flags=re.S)
found = [block for block in blocks if "session.json" in block]
assert len(found) == 1, f"{len(found)} blocks load session.json"
print(found[0])
END
cat >>load.py <<'END'
labels = numpy.load("y.npy")
rmse = numpy.sqrt(((answers.reshape(-1).astype(numpy.float64) - labels.reshape(-1)) ** 2).mean())
wanted = json.load(open("said.json"))["metrics"][0]["value"]
assert options.intra_op_num_threads == said["intra_op_num_threads"] and session.get_providers()[0] == said["provider"], said
assert abs(rmse / wanted - 1) < 1e-6, (rmse, wanted)
END
"$python" load.py || { echo "the code of docs/benchmark.md does not load the file, or answers otherwise"; exit 1; }
