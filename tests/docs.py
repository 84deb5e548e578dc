"""Runs the commands of a document's ```console blocks and compares what they print with what stands there.

    docs.py BINARY SOURCE FILE.md...      exit 1 where they differ; IAI_UPDATE=1 writes the real output into the document

All blocks of a document run in one fresh folder, in their order. `<!-- setup` ... `-->` holds commands that the reader need
not see, `<!-- needs data/cmapss -->` names test data without which the document is skipped. SRC is the source folder, DATA the
test data. Lines of dots stand for what was cut.
"""
import os
import re
import subprocess
import sys
import tempfile


def run(command, folder, environment):
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.decode("utf-8", "replace").replace(environment["SRC"], "$SRC").replace(environment["DATA"], "$DATA")


def check(path, binary, source):
    text = open(path, encoding="utf-8").read()
    data = os.path.realpath(os.environ.get("IAI_TEST_DATA", os.path.join(source, "..", "shared")))
    for need in re.findall(r"<!-- needs (\S+) -->", text):
        if not os.path.exists(os.path.join(data, need)):
            print(f"{path}: skipped, there is no {need}")
            return 0
    differences = 0
    with tempfile.TemporaryDirectory() as folder:
        home = os.path.join(folder, ".home")
        os.mkdir(home)
        work = os.path.join(folder, "work")
        os.mkdir(work)
        environment = {**os.environ, "PATH": os.path.dirname(os.path.realpath(binary)) + ":" + os.environ["PATH"], "SRC": source, "DATA": data, "HOME": home,
                       "XDG_DATA_HOME": home, "NO_COLOR": "1", "COLUMNS": "160", "LC_ALL": "C.UTF-8", "TZ": "UTC"}

        def replace(match):
            nonlocal differences
            if match.group(1) is not None:
                run("set -e\n" + match.group(1), work, environment)
                return match.group(0)
            out, lines = [], match.group(2).split("\n")
            i = 0
            while i < len(lines):
                if not lines[i].startswith("$ "):
                    i += 1
                    continue
                command = lines[i][2:]
                shown = [lines[i]]
                while command.endswith("\\") or command.count("'") % 2:
                    i += 1
                    command += "\n" + lines[i]
                    shown.append(lines[i])
                i += 1
                here = re.search(r"<<'(\w+)'", command)
                while here and lines[i - 1] != here.group(1):
                    command += "\n" + lines[i]
                    shown.append(lines[i])
                    i += 1
                expected = []
                while i < len(lines) and not lines[i].startswith("$ "):
                    expected.append(lines[i])
                    i += 1
                real = run(command, work, environment).rstrip("\n").split("\n")
                real = [line.rstrip() for line in real] if real != [""] else []
                while expected and expected[-1] == "":
                    expected.pop()
                if real != expected:
                    differences += 1
                    if os.environ.get("IAI_UPDATE") != "1":
                        print(f"{path}: $ {command}\n--- written\n" + "\n".join(expected) + "\n--- real\n" + "\n".join(real))
                out += shown + real
            return "```console\n" + "\n".join(out) + "\n```"

        updated = re.sub(r"<!-- setup\n(.*?)-->|```console\n(.*?)\n```", replace, text, flags=re.S)
    if os.environ.get("IAI_UPDATE") == "1" and updated != text:
        with open(path, "w", encoding="utf-8") as file:
            file.write(updated)
        print(f"{path}: {differences} outputs written")
        return 0
    return differences


if __name__ == "__main__":
    sys.exit(1 if sum(check(path, sys.argv[1], os.path.realpath(sys.argv[2])) for path in sys.argv[3:]) else 0)
