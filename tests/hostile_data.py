"""Files made to do harm, held against ingest, inspect and validate: hostile_data.py BINARY SOURCE [CASE...].

One row of CASES is a function that writes a file or a folder, the exit code that `iai ingest` must answer with, and a text that
its refusal, or a kind that its findings, must hold. Whatever comes out: an exit code of the table in the manual, never a
signal; less than 256 MB of memory for iai and for each process that it starts; a refusal names the file and gives a hint;
nothing is written but the output, nothing read is changed, nothing temporary stays.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))
from hostile_files import archives, arrays, columnar, folders, images, text  # noqa: E402, F401: they fill CASES
from hostile_files.cases import CASES, MIB  # noqa: E402

BINARY, SOURCE = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
ONLY = sys.argv[3:]
MOST_KB, MOST_SECONDS = 256 << 10, 240
SANITIZED = os.environ.get("IAI_SANITIZE", "") != ""
# Left out under the sanitizers, where they take minutes and memory is not what it is.
HEAVY = ("gigabyte", "bomb", "million", "text.", "quote_that", "large_chunk")
CONTRACT = "tables:\n  - files: '**'\n    rows: {minimum: 1}\n"
failures, runs, most_seen = [], 0, (0, "")


def snapshot(top):
    """Kinds, sizes and times: what is read may be a gigabyte."""
    found = {}
    for root, inner, files in os.walk(os.fsencode(top)):
        for name in inner + files:
            path = os.path.join(root, name)
            about = os.lstat(path)
            found[path] = (about.st_mode, 0 if os.path.isdir(path) else about.st_size, 0 if os.path.isdir(path) else about.st_mtime_ns)
    return found


def run(place, words):
    """Exit code, both streams, peak memory of iai and of the processes that it starts, in kB."""
    global runs
    runs += 1
    env = dict(os.environ, TMPDIR=str(place / "tmp"), HOME=str(place / "home"), XDG_CACHE_HOME=str(place / "home"), XDG_DATA_HOME=str(place / "home"), NO_COLOR="1")
    with open(place / "stdout", "w+b") as out, open(place / "stderr", "w+b") as err:
        process = subprocess.Popen([str(BINARY), "--no-record", *words], cwd=place, env=env, stdout=out, stderr=err, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + MOST_SECONDS
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid != 0:
                break
            if time.monotonic() > deadline:
                process.kill()
            time.sleep(0.005)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        texts = out.read(64 * MIB), err.read(MIB).decode(errors="replace")
    for stream in ("stdout", "stderr"):
        (place / stream).unlink()
    return process.returncode, *texts, usage.ru_maxrss


def judge(name, words, result, codes, shown):
    global most_seen
    code, out, err, memory = result
    label = f"{name}: iai {' '.join(words)}"

    def fail(why):
        failures.append(f"{label}\n    {why}\n    exit {code}, {memory >> 10} MB, stdout {out[-200:]!r}\n    stderr {err[-600:]}")
    if code not in codes:
        fail(f"exit code is none of {sorted(codes)}")
    if memory > MOST_KB and not SANITIZED:
        fail("takes over 256 MB")
    most_seen = max(most_seen, (memory, label))
    if code in (0, 1):
        return fail
    if "iai: error: " not in err or "\nhint: " not in err:
        fail("no error with a hint")
    elif not any(one in err for one in shown):
        fail(f"names none of {shown}")
    if out:
        fail("a refusal prints on standard output")
    return fail


def made(write, folder):
    """What `write` gives, run in a process of its own: the peak of this one is where those of its children begin."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            target = write(folder)
            os.write(write_end, b"" if target is None else os.fsencode(target))
            code = 0
        finally:
            os._exit(code)
    os.close(write_end)
    with open(read_end, "rb") as pipe:
        target = pipe.read()
    if os.waitpid(child, 0)[1] != 0:
        raise RuntimeError(f"{write} failed")
    return Path(os.fsdecode(target)) if target else None


def try_case(name, write, codes, expected):
    place = SCRATCH / "case"
    for folder in ("in", "tmp", "home"):
        (place / folder).mkdir(parents=True)
    target = made(write, place / "in")
    if target is None:
        return False
    (place / "contract.yaml").write_text(CONTRACT)
    before = snapshot(place)
    told = str(target) if target.is_absolute() and place not in target.parents else str(target.relative_to(place))
    shown = [target.name, *(path.name for path in (place / "in").iterdir() if path.name.isascii())]
    words = ["ingest", told, "-o", "out"]
    result = run(place, words)
    fail = judge(name, words, result, codes, shown)
    if expected and result[0] == 3 and not re.search(expected, result[2]):
        fail(f"does not say {expected}")
    if result[0] == 0:
        # Not parsed: what this process takes counts for those that it starts.
        kinds = b" ".join(re.findall(rb'"kind":"(\w+)"', (place / "out" / "profile.json").read_bytes())).decode()
        if expected and not re.search(expected, kinds):
            fail(f"finds no {expected} but {kinds}")
    compare(name, place, before, fail)
    shutil.rmtree(place / "out", ignore_errors=True)
    for words, codes_here in ((["inspect", told], {0, 3}), (["validate", told, "--contract", "contract.yaml"], {0, 1, 3})):
        if words[0] == "inspect" and target.is_dir():
            continue
        compare(name, place, before, judge(name, words, run(place, words), codes_here, shown))
    return True


def compare(name, place, before, fail):
    after = {path: about for path, about in snapshot(place).items() if not path.startswith(os.fsencode(place / "out"))}
    if after != before:
        fail(f"files changed: {sorted(set(after.items()) ^ set(before.items()))[:5]}")


SCRATCH = Path(tempfile.mkdtemp(prefix="iai-hostile-data-"))
tried, left_out = 0, []
try:
    for name, write, codes, expected in CASES:
        if (ONLY and name not in ONLY) or (SANITIZED and any(part in name for part in HEAVY)):
            continue
        began = time.monotonic()
        if try_case(name, write, codes, expected):
            tried += 1
        else:
            left_out.append(name)
        if os.environ.get("IAI_HOSTILE_TIMES"):
            print(f"{time.monotonic() - began:7.2f} s  {name}", flush=True)
        shutil.rmtree(SCRATCH / "case")
finally:
    shutil.rmtree(SCRATCH, ignore_errors=True)
for failure in failures:
    print("FAILED " + failure)
print(f"{tried} cases, {runs} runs, {len(failures)} failed, most memory {most_seen[0] >> 10} MB ({most_seen[1]})" + (f", left out: {', '.join(left_out)}" if left_out else ""))
sys.exit(1 if failures else 0 if tried else 77)
