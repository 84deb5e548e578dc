#!/usr/bin/env bash
# inspect of a model with 10 GB of (sparse) external weights: answered from the graph alone, within 50 MB of memory, with
# the weights there or not.
set -euo pipefail
command -v python3 >/dev/null || { echo "skipped: no python3 to make the model"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 - "$1" "$2" <<'PYTHON'
import json, os, resource, subprocess, sys
sys.path.insert(0, sys.argv[2] + '/tests')
from onnx_bytes import integer, text, value

LAYERS, WIDTH = 40, 8192
BYTES = WIDTH * WIDTH * 4

def entry(key, content):
    return text(13, text(1, key) + text(2, str(content)))

graph = b''.join(text(1, text(1, f't{k}') + text(1, f'w{k}') + text(2, f't{k + 1}') + text(4, 'MatMul')) for k in range(LAYERS))
graph += text(2, 'large')
for k in range(LAYERS):
    graph += text(5, integer(1, WIDTH) * 2 + integer(2, 1) + text(8, f'w{k}') + entry('location', 'large.onnx.data') +
                  entry('offset', k * BYTES) + entry('length', BYTES) + integer(14, 1))
graph += text(11, value('t0', WIDTH)) + text(12, value(f't{LAYERS}', WIDTH))
with open('large.onnx', 'wb') as file:
    file.write(integer(1, 8) + text(7, graph) + text(8, integer(2, 17)))
with open('large.onnx.data', 'wb') as file:
    file.truncate(LAYERS * BYTES)

for there in (True, False):
    answer = json.loads(subprocess.run([sys.argv[1], '--json', 'inspect', 'large.onnx'], check=True, capture_output=True).stdout)
    assert answer['parameters'] == answer['multiply_accumulates'] == LAYERS * WIDTH * WIDTH, answer
    assert answer['initializers'] == [{'type': 'float32', 'size_bytes': LAYERS * BYTES}], answer
    if there:
        os.remove('large.onnx.data')
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(f'{peak} kB')
# a sanitizer keeps shadow memory beside every allocation
assert peak < (50_000 if not os.environ.get('IAI_SANITIZE') else 400_000), peak
PYTHON
