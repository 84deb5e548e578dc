#!/usr/bin/env bash
# The SARIF documents of validate and gate, as the official validator judges them: by the specification, and by what GitHub's code scanning demands.
set -uo pipefail
iai=$1 source=$2 deps=${IAI_DEPS_DIR:-$2/.deps}
validator=$deps/sarif/Sarif.Multitool
[ -e "$deps/sarif.stamp" ] || { echo "skipped: no validator; scripts/setup.sh --tests installs it"; exit 77; }
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export DOTNET_CLI_HOME=$work DOTNET_BUNDLE_EXTRACT_BASE_DIR=$work/bundle DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1

# Findings of every severity, with and without a place; names that a URI must escape.
printf 'id;v;worker\n1;10;W001\n2;77;W002\n2;20;Karl Meier\n' >'my data.csv'
cat >contract.yaml <<'END'
tables:
  - files: "*.csv"
    rows: {minimum: 10}
    columns:
      - {name: id, type: integer, unique: true}
      - {name: v, type: real, range: {maximum: 50, severity: warning}}
      - {name: worker, type: text, pattern: "W[0-9]{3}"}
END
"$iai" init --quiet >said.txt 2>&1 || { cat said.txt; exit 1; }
"$iai" validate 'my data.csv' --contract contract.yaml --sarif data.sarif >said.txt 2>&1
[ $? = 1 ] || { cat said.txt; exit 1; }

# A verdict that passes one check, fails one, misses a record for one, and has one waived.
cp "$source/examples/bearing/model.onnx" .
echo "1;2" >other.csv
cat >policy.yaml <<'END'
name: line 3
figures:
  - {step: validate, of: {data: my data.csv}, figure: rows, minimum: 2}
  - {step: validate, of: {data: my data.csv}, figure: errors, maximum: 0}
  - {step: validate, of: {data: my data.csv}, figure: rows, id: many, minimum: 30}
  - {step: validate, of: {data: other.csv}, figure: rows, id: absent, minimum: 1}
waivers:
  - {check: figures.many.minimum, name: A. Person, reason: a short week, expires: 2026-12-31}
END
"$iai" gate model.onnx --policy policy.yaml --date 2026-11-24 --sarif gate.sarif >said.txt 2>&1
[ $? = 1 ] || { cat said.txt; exit 1; }
for rule in many absent errors; do grep -q "$rule" gate.sarif || { echo "no $rule in gate.sarif"; cat said.txt; exit 1; }; done

"$validator" validate data.sarif gate.sarif --rule-kind 'Sarif;Ghas' --output judged.sarif --log ForceOverwrite >judged.txt 2>&1
code=$?
grep -q "2 files scanned" judged.txt || { cat judged.txt; exit 1; }
# It counts what it finds in its output, not in its exit code. No address of a page about iai is known to give (SARIF2005), and what is
# wrong with a file as a whole has no region in it (SARIF2017).
found=$(grep -E ': (error|warning) ' judged.txt | grep -vE ' warning SARIF20(05|17): ')
[ $code = 0 ] && [ -z "$found" ] || { cat judged.txt; exit 1; }
# That it would have found something.
sed 's/"version": "2.1.0"/"version": "9.9.9"/; s/"ruleIndex": [0-9]*/"ruleIndex": 99/' gate.sarif >wrong.sarif
"$validator" validate wrong.sarif --rule-kind 'Sarif;Ghas' >wrong.txt 2>&1
grep -q ': error ' wrong.txt || { echo "the validator finds nothing in a wrong document"; cat wrong.txt; exit 1; }
echo "the documents of validate and gate pass the official validator"
