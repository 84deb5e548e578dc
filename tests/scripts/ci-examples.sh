#!/usr/bin/env bash
# The shell steps that docs/gate.md shows for GitHub Actions, GitLab CI, Jenkins and Make are run (tests/ci_examples.py).
set -euo pipefail
python3 -c 'import yaml' 2>/dev/null || { echo "skipped: no python3 with PyYAML"; exit 77; }
python3 "$2/tests/ci_examples.py" "$1" "$2"
