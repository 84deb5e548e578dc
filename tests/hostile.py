"""Every verb against every kind of bad input: hostile.py BINARY SOURCE. Exit 77 where nothing could be tried.

One row of ROWS is a command line that works. Each of its inputs is then spoilt in each way that its kind knows, and each of
its outputs put where it cannot be. Whatever comes out: an exit code of the table in the manual, never a crash; a refusal
names the file, gives a hint, prints nothing on standard output, leaves every file and the registry as they were and no
temporary behind.
"""
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import onnx_bytes  # noqa: E402

BINARY, SOURCE = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
ONLY = sys.argv[3:]  # verbs
ROOT = os.geteuid() == 0
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

TASK = "name: parts\nkind: classification\ninputs: {features: x.npy}\nlabels: y.npy\nmetrics: [accuracy, f1]\nprimary: accuracy\n"
POLICY = "name: release\nmetrics:\n  accuracy: {minimum: 0.0}\n"
TABLE = "time;force;state\n" + "".join(f"2026-03-01T12:00:{i:02};{i * 7 % 13},5;ok\n" for i in range(40))

# name in the command line -> (file, kind). The kind says how it is spoilt.
INPUTS = {
    "model": ("model.onnx", "model"), "array": ("x.npy", "array"), "table": ("table.csv", "table"), "task": ("task.yaml", "yaml"),
    "calibration": ("calibration.npy", "array"), "policy": ("policy.yaml", "yaml"), "product": ("product.yaml", "yaml"),
    "artefact": ("model.onnx", "any"), "contract": ("data/contract.yaml", "yaml"), "data_set": ("data/manifest.json", "json"),
    "registry": (".iai/registry.db", "database"), "ranges": ("ranges.yaml", "yaml"),
}
# Outputs: name -> (path, the flag that replaces an existing one).
OUTPUTS = {"new_model": "out.onnx", "new_ranges": "new-ranges.yaml", "new_folder": "out", "junit": "out.xml", "page": "out.html", "flips": "flips.csv",
           "errors": "errors.csv", "markdown": "out.md", "sarif": "out.sarif"}
ROWS = [
    "ingest {table} -o {new_folder}", "ingest {array} -o {new_folder}",
    "validate {data_set} --contract {contract}", "validate {data_set} --contract {contract} --junit {junit}",
    "inspect {model}", "inspect {array}", "inspect {data_set}",
    "convert {model} -o {new_model} --opset 18", "convert {model} -o {new_model} --precision float16",
    "prune {model} -o {new_model} --sparsity 0.5 --calibration {calibration}",
    "quantize {model} -o {new_model} --calibration {calibration}", "quantize {model} -o {new_model} --dynamic",
    "quantize {model} -o {new_model} --ranges {ranges}", "quantize {model} -o {new_model} --ranges-out {new_ranges} --calibration {calibration}",
    "quantize {model} -o {new_model} --calibration {calibration} --task {task} --max-drop 1",
    "evaluate {model} --task {task}", "evaluate {model} --task {task} --html {page} --errors {errors}",
    "compare {model} {model} --task {task} --flips {flips}", "compare {model} {model} --inputs {calibration} --layers",
    "bench {model} --runs 3 --calibration {calibration}",
    "gate {artefact} --policy {policy}", "gate {artefact} --policy {policy} --junit {junit}",
    "gate {artefact} --policy {policy} --markdown {markdown} --sarif {sarif}",
    "registry log --registry {registry}", "registry verify --registry {registry}",
    "report {artefact} --kind annex-iv --product {product} -o {new_folder}",
]

failures, runs, left_out = [], 0, set()


def run(folder, words, prefix=()):
    global runs
    runs += 1
    env = dict(os.environ, XDG_CACHE_HOME=str(SCRATCH / "cache"), XDG_DATA_HOME=str(SCRATCH / "data"), NO_COLOR="1")
    return subprocess.run([*prefix, str(BINARY), *words], cwd=folder, env=env, capture_output=True, timeout=120)


def snapshot(folder):
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and os.access(path, os.R_OK):
            found[str(path.relative_to(folder))] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            found[str(path.relative_to(folder))] = "there"
    return found


def fail(label, result, why):
    failures.append(f"{label}\n    {why}\n    exit {result.returncode}, stdout {result.stdout[-200:]!r}\n    stderr {result.stderr[-400:].decode(errors='replace')}")


def expect_refusal(label, folder, words, names, codes, prefix=()):
    """Runs `words` twice, as text and as JSON. A code in `codes` that is 0 or 1 needs no message."""
    before = snapshot(folder)
    result = run(folder, words, prefix)
    if result.returncode not in codes:
        return fail(label, result, f"exit code is none of {sorted(codes)}")
    if result.returncode in (0, 1):
        return None
    said = result.stderr.decode(errors="replace")
    if "iai: error: " not in said:
        fail(label, result, "no error message")
    elif not any(name in said for name in names):
        fail(label, result, f"names none of {names}")
    elif "\nhint: " not in said:
        fail(label, result, "no hint")
    if result.stdout:
        fail(label, result, "a refusal prints on standard output")
    after = snapshot(folder)
    if after != before:
        fail(label, result, f"files changed: {sorted(set(after.items()) ^ set(before.items()))}")
    spoken = run(folder, [*words, "--json"], prefix)
    try:
        error = json.loads(spoken.stderr.decode().strip().splitlines()[-1])["error"]
        if spoken.returncode != result.returncode or error["exit_code"] != spoken.returncode or not error["message"]:
            fail(label + " --json", spoken, "another answer than in text")
    except (ValueError, KeyError, IndexError) as problem:
        fail(label + " --json", spoken, f"no JSON error: {problem!r}")
    return None


def make_project(folder):
    folder.mkdir()
    (folder / "model.onnx").write_bytes(onnx_bytes.perceptron())
    (folder / "x.npy").write_bytes(onnx_bytes.features(60))
    (folder / "calibration.npy").write_bytes(onnx_bytes.features(20))
    (folder / "y.npy").write_bytes(onnx_bytes.labels(60))
    (folder / "table.csv").write_text(TABLE)
    (folder / "task.yaml").write_text(TASK)
    (folder / "policy.yaml").write_text(POLICY)
    for words in (["init", "--template"], ["init"]):
        if run(folder, words).returncode == 0:
            break
    if not (folder / "product.yaml").exists():
        (folder / "product.yaml").write_text("name: Monitor\nprovider: {text: ACME, by: A. Person, date: 2026-03-01}\n")
    (folder / "task.yaml").write_text(TASK)
    (folder / "policy.yaml").write_text(POLICY)
    for words in (["ingest", "table.csv", "-o", "data"], ["evaluate", "model.onnx", "--task", "task.yaml"],
                  ["quantize", "model.onnx", "--calibration", "calibration.npy", "--ranges-out", "ranges.yaml", "-o", "int8.onnx"]):
        result = run(folder, words)
        if result.returncode != 0:
            fail("project: " + " ".join(words), result, "does not work")
    # Spoilt models are judged for what they are, not for being another one.
    lines = (folder / "ranges.yaml").read_text().splitlines(keepends=True) if (folder / "ranges.yaml").exists() else []
    (folder / "ranges.yaml").write_text("".join(line for line in lines if not line.startswith("model_sha256")))


def words_of(row, replaced=None):
    names = {name: file for name, (file, _) in INPUTS.items()} | OUTPUTS | (replaced or {})
    return [word.format(**names) for word in row.split()]


def fields(row, table):
    return [word[1:-1] for word in row.split() if word.startswith("{") and word[1:-1] in table]


def spoilt(kind, good):
    """(label, bytes or "missing" or "folder", exit codes) for an input whose good bytes are `good`."""
    noise = random.Random(7).randbytes(2000)
    strict = {"yaml": {2, 3}, "any": {0, 1, 2, 3}, "table": {3}, "database": {3, 4}}.get(kind, {3})
    cut = {"model": {3}, "array": {3}, "json": {3}, "database": {1, 3, 4}}.get(kind, {0, 1, 2, 3})
    yield "missing", "missing", {3} | ({0} if kind == "database" else set())
    yield "a folder", "folder", {2, 3} if kind != "database" else {3, 4}
    yield "empty", b"", strict | ({0} if kind == "database" else set())
    yield "random bytes", noise, strict
    yield "zeros", bytes(5000), strict
    for tenth in range(1, 10):
        yield f"cut at {tenth}/10", good[:len(good) * tenth // 10], cut
    # Readers by content take any file that they know.
    welcome = {"table": ("array", "json"), "array": ("table", "json", "model"), "model": ("array",), "json": ("array", "table", "model")}.get(kind, ())
    others = {"model": onnx_bytes.perceptron(), "array": onnx_bytes.features(3), "table": TABLE.encode(), "json": b'{"a": [1, 2]}'}
    for name, other in others.items():
        if name != kind:
            yield f"a {name} file", other, ({0, 1, 3} if name in welcome else strict) | ({1} if kind == "yaml" else set())


def try_inputs(row, good_project, label):
    for name in fields(row, INPUTS):
        file, kind = INPUTS[name]
        good = (good_project / file).read_bytes()
        for what, content, codes in spoilt(kind, good):
            folder = fresh(good_project)
            bad = folder / file
            bad.unlink()
            if content == "folder":
                bad.mkdir()
            elif content != "missing":
                bad.write_bytes(content)
            expect_refusal(f"{label}: {file} is {what}", folder, words_of(row), [Path(file).name, "y."], codes)  # a task cut off names a label file that is not there
        if can_drop:
            folder = fresh(good_project)
            (folder / file).chmod(0)
            expect_refusal(f"{label}: {file} is unreadable", folder, words_of(row), [Path(file).name], {3, 4}, DROP)


def try_models(row, good_project, label):
    """Models that are whole files and cannot be used all the same; inspect and convert may show or pass them on."""
    verb = row.split()[0]
    runs_model = verb in ("evaluate", "bench", "compare") or "{calibration}" in row
    cases = [("an unknown operator", onnx_bytes.perceptron(operator="Frobnicate"), {3} if runs_model else {0, 3}),
             ("an operator set of the future", onnx_bytes.perceptron(opset=999), {3} if runs_model else {0, 3}),
             ("NaN weights", onnx_bytes.perceptron(poison=float("nan")), {0, 1, 3}),
             ("infinite weights", onnx_bytes.perceptron(poison=float("inf")), {0, 1, 3}),
             ("another width of input", onnx_bytes.perceptron().replace(b"\x08\x08", b"\x08\x09"), {3} if runs_model else {0, 3})]
    for what, content, codes in cases:
        folder = fresh(good_project)
        (folder / "model.onnx").write_bytes(content)
        expect_refusal(f"{label}: model.onnx has {what}", folder, words_of(row), ["model.onnx", "x.npy", "calibration.npy"], codes)


def try_runtime(row, good_project, label):
    """A machine that has no ONNX Runtime; what needs no run of a model may work all the same."""
    where = "/nowhere/libonnxruntime.so"
    codes = {4} if row.split()[0] in ("evaluate", "bench", "compare") or "{calibration}" in row else {0, 1, 4}
    expect_refusal(f"{label}: no ONNX Runtime", fresh(good_project), words_of(row), [where], codes, ["env", f"IAI_ONNXRUNTIME={where}"])


def try_counts(row, good_project, label):
    for what, name, content in (("more labels than samples", "y.npy", onnx_bytes.labels(61)),
                                ("labels of a class that the model lacks", "y.npy", onnx_bytes.labels(60, classes=5)),
                                ("NaN among the samples", "x.npy", onnx_bytes.features(60)[:-4] + b"\0\0\xc0\x7f")):
        folder = fresh(good_project)
        (folder / name).write_bytes(content)
        expect_refusal(f"{label}: {what}", folder, words_of(row), [name, "task.yaml"], {2, 3})
    folder = fresh(good_project)
    (folder / "task.yaml").write_text(TASK.replace("{features:", "{feature:"))
    expect_refusal(f"{label}: an input that the model lacks", folder, words_of(row), ["task.yaml", "model.onnx"], {2, 3})


def try_outputs(row, good_project, label):
    names = fields(row, OUTPUTS)
    for name in names:
        folder = fresh(good_project)
        (folder / OUTPUTS[name]).write_text("mine")
        expect_refusal(f"{label}: {OUTPUTS[name]} exists", folder, words_of(row), [OUTPUTS[name]], {3})
        folder = fresh(good_project)
        expect_refusal(f"{label}: no folder for {name}", folder, words_of(row, {name: "none/" + OUTPUTS[name]}), ["none"], {3})
        for other in fields(row, INPUTS):
            folder = fresh(good_project)
            same = INPUTS[other][0]
            expect_refusal(f"{label}: {name} is the input {same}", folder, [*words_of(row, {name: "./" + same}), "--overwrite"], [Path(same).name], {2, 3})
        if can_drop:
            folder = fresh(good_project)
            (folder / "locked").mkdir(mode=0o555)
            expect_refusal(f"{label}: read-only folder for {name}", folder, words_of(row, {name: "locked/" + OUTPUTS[name]}),
                           ["locked"], {3, 4}, DROP)
        if can_mount:
            folder = fresh(good_project)
            (folder / "full").mkdir()
            script = 'mount -t tmpfs -o size=64k,mode=0777 tmpfs full && (cat /dev/zero >full/filler 2>/dev/null; "$@"; code=$?; rm full/filler; ' \
                     'ls -A full | grep -q . && { echo "left on the full disk: $(ls -A full)"; exit 99; }; exit $code)'
            expect_refusal(f"{label}: full disk for {name}", folder, words_of(row, {name: "full/" + OUTPUTS[name]}), ["full"], {4},
                           ["unshare", "-m", "sh", "-c", script, "sh"])
    if len(names) > 1:
        expect_refusal(f"{label}: two outputs the same", fresh(good_project), words_of(row, {name: "same" for name in names}), ["same"], {2})


def fresh(good_project):
    folder = SCRATCH / "case"
    if folder.exists():
        for path in folder.rglob("*"):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() else 0o644)
        shutil.rmtree(folder)
    shutil.copytree(good_project, folder)
    if ROOT and can_drop:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, 65534, 65534)
    return folder


def try_row(row, good_project):
    verb = row.split()[0]
    folder = fresh(good_project)
    result = run(folder, words_of(row), DROP if can_drop else ())
    if result.returncode not in (0, 1) or b"error" in result.stderr.lower():
        return fail(row, result, "the good command line does not work")
    if any(path.name.endswith(".tmp") for path in folder.rglob("*")):
        fail(row, result, "leaves a temporary")
    try_inputs(row, good_project, row)
    if "{model}" in row:
        try_models(row, good_project, row)
        try_runtime(row, good_project, row)
    if "{task}" in row:
        try_counts(row, good_project, row)
    try_outputs(row, good_project, row)
    return verb


def nobody_runs_models():
    """Not where the checkout lies in a home that only its owner may enter."""
    result = run(SCRATCH, ["doctor", "--json"], NOBODY)
    return result.returncode == 0 and json.loads(result.stdout)["onnxruntime"]["found"]


SCRATCH = Path(tempfile.mkdtemp(prefix="iai-hostile-"))
try:
    SCRATCH.chmod(0o755)
    for name in ("cache", "data"):
        (SCRATCH / name).mkdir()
        (SCRATCH / name).chmod(0o777)
    DROP = NOBODY if ROOT else []
    can_drop = not ROOT or nobody_runs_models()
    can_mount = ROOT and subprocess.run(["unshare", "-m", "sh", "-c", f"mount -t tmpfs tmpfs {SCRATCH}"], capture_output=True).returncode == 0
    project = SCRATCH / "project"
    make_project(project)
    verbs = {line.split()[0] for line in subprocess.run([str(BINARY), "help"], capture_output=True, text=True).stdout.splitlines()
             if line.startswith("  ") and line.strip()}
    for line in ROWS:
        word = line.split()[0]
        if word not in verbs:
            left_out.add(word)
        elif not ONLY or word in ONLY:
            try_row(line, project)
    for word in sorted(verbs - {row.split()[0] for row in ROWS} - {"init", "doctor", "help", "generate", "reproduce"}):
        failures.append(f"{word}: has no row in tests/hostile.py")
finally:
    subprocess.run(["chmod", "-R", "u+rwX", str(SCRATCH)])
    shutil.rmtree(SCRATCH)

for failure in failures:
    print("FAILED " + failure)
print(f"{runs} runs, {len(failures)} failed" + ("" if can_drop else ", unreadable and read-only left out") +
      ("" if can_mount else ", full disk left out") + (f", no such verb: {', '.join(sorted(left_out))}" if left_out else ""))
sys.exit(1 if failures else 0)
