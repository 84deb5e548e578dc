#!/usr/bin/env bash
# One SHA-256 of what iai quantize writes, on two real models: threads {1, 2, 4} x batch {1, 7, 32, 128} x order of the samples (as they are,
# turned round, shuffled, in two files) x runs again x --max-memory; static int8 by each method of its own and by the search, and dynamic int8.
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
"$1" doctor --json | grep -q '"version": "[0-9]' || { echo "skipped: there is no ONNX Runtime"; exit 77; }
data=${IAI_TEST_DATA:-$2/../shared}/models
[ -e "$data/cmapss_cnn_bn.onnx" ] || { echo "skipped: there is no $data/cmapss_cnn_bn.onnx"; exit 77; }
exec python3 - "$1" "$data" <<'CHECK'
import ast, hashlib, itertools, os, random, shutil, subprocess, sys, tempfile
from pathlib import Path

binary, data = os.path.realpath(sys.argv[1]), Path(sys.argv[2])

class Array:
    """An NPY file of version 1 as header, shape and rows, without numpy."""
    def __init__(self, path):
        raw = path.read_bytes()
        start = 10 + int.from_bytes(raw[8:10], "little")
        self.header = ast.literal_eval(raw[10:start].decode())
        count, body = self.header["shape"][0], raw[start:]
        size = len(body) // count
        self.rows = [body[i * size:(i + 1) * size] for i in range(count)]
    def write(self, path, rows):
        header = repr({**self.header, "shape": (len(rows), *self.header["shape"][1:])}).encode()
        header += b" " * (-(len(header) + 11) % 64) + b"\n"
        path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"".join(rows))

def digest(model, *words):
    done = subprocess.run([binary, "--no-record", "quantize", str(model), "-o", "made.onnx", "--overwrite", *map(str, words)], capture_output=True, text=True)
    assert done.returncode == 0, (words, done.stderr)
    return hashlib.sha256(Path("made.onnx").read_bytes()).hexdigest()

def check(what, found):
    assert len(set(found.values())) == 1, (what, found)
    print(f"{what}: {len(found)} runs, {next(iter(found.values()))[:16]}", flush=True)

scratch = Path(tempfile.mkdtemp(prefix="iai-quantize-same-bytes-"))
try:
    os.chdir(scratch)
    for name, inputs in (("cmapss_cnn_bn", "cmapss_calib_x"), ("cmapss_transformer", "cmapss_calib_x")):
        model, samples = data / f"{name}.onnx", Array(data / f"{inputs}.npy")
        rows = samples.rows[:96]
        shuffled = rows[:]
        random.Random(3).shuffle(shuffled)
        samples.write(Path("plain.npy"), rows)
        samples.write(Path("turned.npy"), rows[::-1])
        samples.write(Path("shuffled.npy"), shuffled)
        samples.write(Path("1.npy"), rows[60:])
        samples.write(Path("2.npy"), rows[:60])
        orders = {"plain": ["plain.npy"], "turned": ["turned.npy"], "shuffled": ["shuffled.npy"], "two files": ["1.npy", "2.npy"]}
        grid = [(t, b, o) for t, b, o in itertools.product((1, 2, 4), (1, 7, 32, 128), orders) if o == "plain" or (t, b) in ((1, 1), (2, 7), (4, 128))]
        def calibrated(t, b, o, *more):
            return digest(model, "--threads", t, "--batch", b, *more, *(w for path in orders[o] for w in ("--calibration", path)))
        for method in ("mse", "min-max", "entropy"):
            found = {(t, b, o): calibrated(t, b, o, "--method", method) for t, b, o in (grid if method == "mse" else [(1, 1, "plain"), (4, 7, "shuffled"), (2, 128, "two files")])}
            found["again"] = calibrated(2, 7, "plain", "--method", method)
            found["--max-memory"] = calibrated(1, 1, "turned", "--method", method, "--max-memory", "56MB")
            check(f"{name}, {method}", found)
        check(f"{name}, auto", {(t, b, o): calibrated(t, b, o) for t, b, o in ((1, 1, "plain"), (4, 7, "shuffled"))})
        check(f"{name}, dynamic", {(t, b, again): digest(model, "--dynamic", "--threads", t, "--batch", b)
                                   for t, b, again in itertools.product((1, 2, 4), (1, 7, 32, 128), (1, 2))})
finally:
    os.chdir("/")
    shutil.rmtree(scratch, ignore_errors=True)
CHECK
