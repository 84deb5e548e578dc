#!/usr/bin/env bash
# The same inputs give the same bytes: threads {1, 2, 4} x batch {1, 7, 32} x order of the files x locale {C, de_DE.UTF-8} x
# time zone, for every verb that writes; all records of a verb name one output digest.
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
exec python3 - "$1" "$2" <<'CHECK'
import hashlib, itertools, os, shutil, subprocess, sys, tempfile
from pathlib import Path

binary, source = os.path.realpath(sys.argv[1]), sys.argv[2]
sys.path.insert(0, os.path.join(source, "tests"))
import onnx_bytes

def digest(path):
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    return {str(p.relative_to(path)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}

scratch = Path(tempfile.mkdtemp(prefix="iai-same-bytes-"))
try:
    os.chdir(scratch)
    locales = ["C"]
    made = shutil.which("localedef") and subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", str(scratch / "de_DE.UTF-8")], capture_output=True)
    if made and (scratch / "de_DE.UTF-8").exists():
        locales.append("de_DE.UTF-8")
    else:
        print("localedef makes no de_DE.UTF-8 here: that locale is left out")
    Path("in").mkdir()
    for part in range(3):
        rows = "".join(f"01.03.2026 {part:02}:{i // 60:02}:{i % 60:02},5;{(i * 37 + part) % 1000},{i % 10};Prüfling {i % 7};\r\n" for i in range(900))
        Path(f"in/{part}.csv").write_bytes(("Zeit;Kraft;Teil;\r\n[s];[kN];;\r\n" + rows).encode("cp1252"))
    Path("model.onnx").write_bytes(onnx_bytes.perceptron(64))
    for name, rows in (("a", 50), ("b", 33), ("c", 1)):
        Path(f"{name}.npy").write_bytes(onnx_bytes.features(rows))
    Path("labels.npy").write_bytes(onnx_bytes.labels(50))
    Path("task.yaml").write_text("kind: classification\ninputs: {features: a.npy}\nlabels: labels.npy\nmetrics: [accuracy, f1]\n")
    base = {**os.environ, "LOCPATH": str(scratch), "XDG_CACHE_HOME": str(scratch / "cache")}

    def run(words, **more):
        done = subprocess.run([binary, *words], capture_output=True, env={**base, **more})
        assert done.returncode == 0, (words, more, done.stderr.decode(errors="replace"))
        return done.stdout

    run(["init"])
    run(["evaluate", "model.onnx", "--task", "task.yaml", "--threads", "1"])
    verbs = run(["help"]).decode()
    three, tables = ["a.npy", "b.npy", "c.npy"], ["in/0.csv", "in/1.csv", "in/2.csv"]
    calibrated = lambda files: [word for file in files for word in ("--calibration", file)]
    rows = [  # verb, what comes before the output, files in another order
        ("ingest", lambda files: ["ingest", *files], tables),
        ("convert", lambda files: ["convert", "model.onnx", "--precision", "float16", *calibrated(files)], three),
        ("prune", lambda files: ["prune", "model.onnx", "--sparsity", "0.5", *calibrated(files)], three),
        ("quantize", lambda files: ["quantize", "model.onnx", *calibrated(files)], three),
        ("quantize", lambda files: ["quantize", "model.onnx", "--dynamic"], []),
        ("report", lambda files: ["report", "model.onnx"], []),
    ]
    count = 0
    for verb, words, files in rows:
        if f"\n  {verb} " not in verbs:
            continue
        flags = run([verb, "--help"]).decode()
        threads = [["--threads", n] for n in ("1", "2", "4")] if "--threads" in flags else [[]]
        batches = [["--batch", n] for n in ("1", "7", "32")] if "--batch" in flags else [[]]
        orders = [files, files[::-1]] if files else [files]
        first = None
        for thread, batch, order, locale, zone in itertools.product(threads, batches, orders, locales, ("UTC", "Pacific/Auckland")):
            output = scratch / "out"
            settings = {"LC_ALL": locale, "LANG": locale, "TZ": zone}
            run([*words(order), *thread, *batch, "-o", str(output)], **settings)
            found = digest(output)
            shutil.rmtree(output) if output.is_dir() else output.unlink()
            count += 1
            if first is None:
                first = found
            assert found == first, (verb, thread, batch, order, settings, sorted(set(found.items()) ^ set(first.items())))
    print(f"{count} runs, the same bytes for each verb")
    assert count > 10
finally:
    shutil.rmtree(scratch)
CHECK
