"""Runs the shell steps of docs/gate.md's pipelines as those who run them do, in a project that is good and in one that is not.

    ci_examples.py BINARY SOURCE      exit 1 where a step ends otherwise than it should, or a report is not there or wrong

A block counts when its first line is a comment with the name of its file: .github/workflows/*.yml, .gitlab-ci.yml, Jenkinsfile or
Makefile. What only the server can do (uploads, comments) is not run.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

import yaml


def github(text):
    """[(step, runs after a failure)]"""
    (job,) = yaml.safe_load(text)["jobs"].values()
    return [(["bash", "-eo", "pipefail", "-c", step["run"]], step.get("if") == "always()") for step in job["steps"] if "run" in step]


def gitlab(text):
    (job,) = [job for job in yaml.safe_load(text).values() if isinstance(job, dict) and "script" in job]
    return [(["bash", "-eo", "pipefail", "-c", "\n".join(job["script"])], False)]


def jenkins(text):
    return [(["sh", "-xe", "-c", step], False) for step in re.findall(r"\bsh '''(.*?)'''", text, re.S)]


def make(text):
    return [(["make", "-f", "-", "release"], False, text)]


readers = {".yml": github, "/.gitlab-ci.yml": gitlab, "/Jenkinsfile": jenkins, "/Makefile": make}


def reader_of(name):
    return next(reader for end, reader in reversed(readers.items()) if ("/" + name).endswith(end))


def run(steps, folder, environment):
    """The exit code of the pipeline."""
    code = 0
    for step in steps:
        if code != 0 and not step[1]:
            continue
        done = subprocess.run(step[0], cwd=folder, env=environment, input=step[2] if len(step) > 2 else "", text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode != 0:
            code = code or done.returncode
            print("\n".join(done.stdout.splitlines()[-12:]))
    return code


def check_reports(folder, failures):
    """What is wrong with the reports of a gate with so many failures."""
    junit = xml.parse(os.path.join(folder, "gate.xml")).getroot()
    results = json.load(open(os.path.join(folder, "gate.sarif")))["runs"][0]["results"]
    heading = open(os.path.join(folder, "gate.md")).readline()
    wrong = []
    if int(junit.get("failures")) != failures:
        wrong.append(f"gate.xml counts {junit.get('failures')} failures, not {failures}")
    if len(results) != failures:
        wrong.append(f"gate.sarif has {len(results)} results, not {failures}")
    if (": yes," in heading) != (failures == 0):
        wrong.append(f"gate.md begins with {heading!r}")
    return wrong


def main(binary, source):
    document = open(os.path.join(source, "docs/gate.md"), encoding="utf-8").read()
    blocks = re.findall(r"^```\w+\n(?:#|//) (\S+)\n(.*?)^```", document, re.S | re.M)
    names = [name for name, text in blocks if ("/" + name).endswith(tuple(readers))]
    if sorted(names) != [".github/workflows/release.yml", ".gitlab-ci.yml", "Jenkinsfile", "Makefile"]:
        print(f"docs/gate.md shows {names}")
        return 1
    faults = 0
    for name, text in blocks:
        if name not in names:
            continue
        bad = [("s/accuracy: {minimum: 0.85/accuracy: {minimum: 0.999/; s/maximum: 1.5/maximum: 50/", 1)]
        for policy, failures in [("s/maximum: 1.5/maximum: 50/", 0)] + (bad if name != "Jenkinsfile" else []):  # how fast the machine is, is no matter here
            with tempfile.TemporaryDirectory() as folder:
                project = os.path.join(folder, "project")
                shutil.copytree(os.path.join(source, "examples/bearing"), project)
                subprocess.run(["sed", "-i", "-e", policy, os.path.join(project, "policy.yaml")], check=True)
                environment = {**os.environ, "PATH": os.path.dirname(os.path.realpath(binary)) + ":" + os.environ["PATH"], "HOME": folder, "XDG_DATA_HOME": folder,
                               "GITHUB_STEP_SUMMARY": os.path.join(folder, "summary.md")}
                environment.pop("IAI_REGISTRY", None)
                code = run(reader_of(name)(text), project, environment)
                expected = {0} if failures == 0 else {1, 2} if name == "Makefile" else {1}  # make ends with 2 when a step fails
                wrong = check_reports(project, failures)
                if code not in expected:
                    wrong.append(f"ends with {code}")
                if name.startswith(".github") and not os.path.getsize(environment["GITHUB_STEP_SUMMARY"]):
                    wrong.append("the summary is empty")
                for fault in wrong:
                    print(f"{name} ({'good' if failures == 0 else 'bad'} project): {fault}")
                faults += len(wrong)
    print(f"{len(names)} pipelines, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], os.path.realpath(sys.argv[2])))
