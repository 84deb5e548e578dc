#!/usr/bin/env bash
# SIGINT and SIGTERM at many moments of verbs that write: exit 130 or 143, no output and no temporary; a run that was done
# before the signal came has its output and exit 0. The registry stays whole.
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
exec python3 - "$1" "$2" <<'CHECK'
import json, os, random, shutil, signal, subprocess, sys, tempfile, time

binary, source = os.path.realpath(sys.argv[1]), sys.argv[2]
sys.path.insert(0, os.path.join(source, "tests"))
import onnx_bytes

verbs = subprocess.run([binary, "help"], capture_output=True, text=True).stdout
rows = [("ingest", ["ingest", "table.csv", "-o", "out"]), ("convert", ["convert", "model.onnx", "-o", "out", "--opset", "18"]),
        ("prune", ["prune", "model.onnx", "-o", "out", "--sparsity", "0.5"]),
        ("quantize", ["quantize", "model.onnx", "-o", "out", "--calibration", "x.npy"]),
        ("report", ["report", "model.onnx", "-o", "out"])]
moments, generator = 40, random.Random(1)

def remove(path):
    shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)

def records():
    done = subprocess.run([binary, "registry", "log", "--json", "--limit", "1"], capture_output=True, check=True)
    return max(row["number"] for row in json.loads(done.stdout)["records"])

def listing(folder):
    return sorted(name for name in os.listdir(folder)) + sorted(os.listdir(os.path.join(folder, ".iai")))

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    with open("table.csv", "w") as table:
        table.write("time;value\n" + "".join(f"2026-03-01T{i // 3600:02}:{i // 60 % 60:02}:{i % 60:02};{i % 977},{i % 10}\n" for i in range(60_000)))
    open("model.onnx", "wb").write(onnx_bytes.perceptron(20_000))
    open("x.npy", "wb").write(onnx_bytes.features(2000))
    open("y.npy", "wb").write(onnx_bytes.labels(2000))
    open("task.yaml", "w").write("kind: classification\ninputs: {features: x.npy}\nlabels: y.npy\nmetrics: [accuracy]\n")
    subprocess.run([binary, "init"], check=True, capture_output=True)
    for words in (["evaluate", "model.onnx", "--task", "task.yaml"],):
        subprocess.run([binary, *words], check=True, capture_output=True)
    tried, stopped = 0, 0
    for verb, words in rows:
        if f"\n  {verb} " not in verbs:
            continue
        start = time.monotonic()
        whole = subprocess.run([binary, *words], capture_output=True)
        spent = time.monotonic() - start
        assert whole.returncode == 0, (verb, whole.stderr)
        remove("out")
        clean = listing(".")
        for moment in range(moments):
            number = (signal.SIGINT, signal.SIGTERM)[moment % 2]
            known = records()
            process = subprocess.Popen([binary, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            time.sleep(0.004 + spent * (moment + generator.random()) / moments)
            process.send_signal(number)
            said = process.communicate(timeout=60)[1]
            place = (verb, moment, number, process.returncode, said)
            tried += 1
            # A signal before main has set its mask up ends the process as any other.
            if process.returncode in (128 + number, -number):
                stopped += 1
                assert b"error" not in said, place
                if os.path.exists("out"):  # between the record and the end of the run: then it is whole and recorded
                    assert records() > known, place
                    remove("out")
            else:
                assert process.returncode == 0 and os.path.exists("out"), place
                remove("out")
            now = [name for name in listing(".") if not name.endswith("-journal")]  # SQLite rolls it back when it opens next
            assert now == clean, (place, now, clean)
    found = subprocess.run([binary, "registry", "verify"], capture_output=True)
    assert found.returncode in (0, 1) and b"error" not in found.stderr, found
    print(f"{tried} signals, {stopped} runs stopped, the others had ended")
    assert stopped > tried // 4, "hardly any signal came in time"
CHECK
