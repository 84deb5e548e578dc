#!/usr/bin/env bash
# Progress and colours: on a terminal only, colours as NO_COLOR, CLICOLOR_FORCE and --color say. A pseudo-terminal stands for
# the user's.
set -euo pipefail
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
python3 - "$1" "$2" <<'CHECK'
import os, pty, subprocess, sys, tempfile

binary, source = sys.argv[1:3]
sys.path.insert(0, source + "/tests")
import onnx_bytes

def environment(more):
    plain = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "CLICOLOR_FORCE")}
    return {**plain, "TERM": "xterm", **more}

def on_terminal(words, **more):
    """(standard output, what the terminal showed of standard error)"""
    master, slave = pty.openpty()
    process = subprocess.Popen([binary, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=slave, env=environment(more))
    os.close(slave)
    shown = b""
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:
            part = b""
        if not part:
            break
        shown += part
    out = process.stdout.read()
    process.wait(timeout=60)
    os.close(master)
    return out, shown

def piped(words, **more):
    done = subprocess.run([binary, *words], capture_output=True, env=environment(more))
    return done.stdout, done.stderr

RED = b"\x1b[31m"
wrong = ["inspect", "missing.onnx"]
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    cases = [  # run, words, variables, coloured
        (on_terminal, wrong, {}, True), (piped, wrong, {}, False),
        (on_terminal, wrong, {"NO_COLOR": "1"}, False), (on_terminal, wrong, {"NO_COLOR": ""}, True),
        (piped, wrong, {"CLICOLOR_FORCE": "1"}, True), (piped, wrong, {"CLICOLOR_FORCE": "0"}, False),
        (piped, wrong, {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False),
        (on_terminal, ["--color", "never", *wrong], {}, False), (piped, ["--color", "always", *wrong], {}, True),
        (piped, ["--color", "always", *wrong], {"NO_COLOR": "1"}, True), (on_terminal, ["--json", *wrong], {}, False),
    ]
    for run, words, variables, coloured in cases:
        out, err = run(words, **variables)
        assert (RED in err) == coloured and not out, (run.__name__, words, variables, err)
        assert coloured or b"\x1b" not in err, (run.__name__, words, variables, err)

    # A run long enough for progress: a table of some hundred MB.
    rows = "".join(f"2026-03-01T{i // 3600 % 24:02}:{i // 60 % 60:02}:{i % 60:02};{i % 977},{i % 10}\n" for i in range(500_000))
    with open("table.csv", "w") as table:
        table.write("time;value\n")
        for _ in range(24):
            table.write(rows)
    ingest = ["--no-record", "ingest", "table.csv", "-o", "out", "--overwrite"]
    out, shown = on_terminal(ingest)
    assert b"\r\x1b[K" in shown, shown
    assert b"/s" in shown and b"s left" in shown, shown[:2000]
    assert shown.rstrip(b"\r\n").endswith(b"\x1b[K") or not shown.splitlines()[-1].strip(), shown[-200:]
    assert b"\x1b" not in out and b"\r" not in out, out
    for quiet in ([*ingest, "--quiet"],):
        assert b"\x1b[K" not in on_terminal(quiet)[1]
    out, err = piped(ingest)
    assert b"\r" not in err and b"\x1b" not in err, err
print("terminal: progress and colours as they should be")
CHECK
