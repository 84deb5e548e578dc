# bash completion for iai; made by `iai generate bash`
_iai_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }
_iai_folders() { compopt -o filenames 2>/dev/null; local IFS=$'\n'; COMPREPLY=($(compgen -d -- "$cur")); }
# Files with one of the endings "a|b" (none: any file), and folders to go into.
_iai_files() {
  compopt -o filenames 2>/dev/null
  local IFS=$'\n' name
  COMPREPLY=()
  for name in $(compgen -f -- "$cur"); do
    if [ -d "$name" ] || [ -z "$1" ] || [[ $name =~ \.($1)$ ]]; then COMPREPLY+=("$name"); fi
  done
}
_iai() {
  local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} verb= flags= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --registry|--color) i=$((i + 1)) ;;
      -*) ;;
      *) if [ -z "$verb" ]; then verb=${COMP_WORDS[i]}
         elif [ "$verb" = registry ]; then verb=registry/${COMP_WORDS[i]}; fi ;;
    esac
  done
  case $previous in
    --color) _iai_words "auto always never"; return ;;
    --registry) _iai_files db; return ;;
  esac
  if [ -z "$verb" ]; then _iai_words "help init doctor ingest validate inspect convert quantize prune evaluate compare bench gate registry report reproduce --version --help"; return; fi
  if [ "$verb" = help ]; then _iai_words "help init doctor ingest validate inspect convert quantize prune evaluate compare bench gate registry report reproduce"; return; fi
  case $verb:$previous in
    doctor:--runtime) _iai_files ''; return ;;
    ingest:--output|ingest:-o) _iai_files ''; return ;;
    ingest:--html) _iai_files ''; return ;;
    ingest:--copy) :; return ;;
    ingest:--dialect) _iai_files 'yaml|yml'; return ;;
    ingest:--names) :; return ;;
    ingest:--tensors) _iai_files 'yaml|yml'; return ;;
    ingest:--follow) _iai_folders; return ;;
    ingest:--interval) :; return ;;
    ingest:--settle) :; return ;;
    ingest:--split) :; return ;;
    ingest:--fit) :; return ;;
    ingest:--threads) :; return ;;
    validate:--contract) _iai_files 'yaml|yml'; return ;;
    validate:--draft) _iai_files 'yaml|yml'; return ;;
    validate:--dialect) _iai_files 'yaml|yml'; return ;;
    validate:--junit) _iai_files ''; return ;;
    validate:--sarif) _iai_files ''; return ;;
    validate:--html) _iai_files ''; return ;;
    validate:--baseline) _iai_files 'json'; return ;;
    validate:--write-baseline) _iai_files 'json'; return ;;
    validate:--threads) :; return ;;
    validate:--limit) :; return ;;
    inspect:--dialect) _iai_files 'yaml|yml'; return ;;
    convert:--output|convert:-o) _iai_files ''; return ;;
    convert:--opset) :; return ;;
    convert:--external) _iai_words "auto always never"; return ;;
    convert:--precision) _iai_words "float16 bfloat16"; return ;;
    convert:--io) _iai_words "float32 same"; return ;;
    convert:--arithmetic) _iai_words "reduced float32"; return ;;
    convert:--exclude) :; return ;;
    convert:--shape) :; return ;;
    convert:--calibration) _iai_files ''; return ;;
    convert:--device) :; return ;;
    convert:--threads) :; return ;;
    convert:--batch) :; return ;;
    convert:--runtime) _iai_files ''; return ;;
    quantize:--output|quantize:-o) _iai_files ''; return ;;
    quantize:--precision) _iai_words "int8 fp16 bf16"; return ;;
    quantize:--io) _iai_words "float32 same"; return ;;
    quantize:--arithmetic) _iai_words "reduced float32"; return ;;
    quantize:--calibration) _iai_files ''; return ;;
    quantize:--task) _iai_files 'yaml|yml'; return ;;
    quantize:--max-drop) :; return ;;
    quantize:--budget) :; return ;;
    quantize:--method) _iai_words "auto mse percentile entropy mean-min-max min-max"; return ;;
    quantize:--percentile) :; return ;;
    quantize:--equalization) _iai_words "auto none always"; return ;;
    quantize:--rounding) _iai_words "nearest adaptive"; return ;;
    quantize:--bias-correction) _iai_words "auto fast full"; return ;;
    quantize:--exclude) :; return ;;
    quantize:--int16) :; return ;;
    quantize:--target) _iai_words "generic cpu-vnni cpu-avx2 arm tensorrt openvino qnn"; return ;;
    quantize:--samples) :; return ;;
    quantize:--max-memory) :; return ;;
    quantize:--ranges-out) _iai_files 'yaml|yml'; return ;;
    quantize:--html) _iai_files 'html'; return ;;
    quantize:--ranges) _iai_files 'yaml|yml'; return ;;
    quantize:--device) :; return ;;
    quantize:--threads) :; return ;;
    quantize:--batch) :; return ;;
    quantize:--runtime) _iai_files ''; return ;;
    prune:--output|prune:-o) _iai_files ''; return ;;
    prune:--channels) :; return ;;
    prune:--sparsity) :; return ;;
    prune:--scope) _iai_words "layer global"; return ;;
    prune:--exclude) :; return ;;
    prune:--calibration) _iai_files ''; return ;;
    prune:--task) _iai_files 'yaml|yml'; return ;;
    prune:--max-drop) :; return ;;
    prune:--device) :; return ;;
    prune:--threads) :; return ;;
    prune:--batch) :; return ;;
    prune:--runtime) _iai_files ''; return ;;
    evaluate:--task) _iai_files 'yaml|yml'; return ;;
    evaluate:--split) :; return ;;
    evaluate:--threshold-from) :; return ;;
    evaluate:--threshold-for) :; return ;;
    evaluate:--stress) _iai_files ''; return ;;
    evaluate:--strengths) _iai_files ''; return ;;
    evaluate:--errors) _iai_files 'csv'; return ;;
    evaluate:--label-errors) _iai_files 'csv'; return ;;
    evaluate:--html) _iai_files ''; return ;;
    evaluate:--device) :; return ;;
    evaluate:--threads) :; return ;;
    evaluate:--batch) :; return ;;
    evaluate:--runtime) _iai_files ''; return ;;
    evaluate:--session) _iai_files 'json'; return ;;
    compare:--task) _iai_files 'yaml|yml'; return ;;
    compare:--split) :; return ;;
    compare:--margin) :; return ;;
    compare:--inputs) _iai_files ''; return ;;
    compare:--samples) :; return ;;
    compare:--tolerance) :; return ;;
    compare:--list) :; return ;;
    compare:--flips) _iai_files ''; return ;;
    compare:--device) :; return ;;
    compare:--threads) :; return ;;
    compare:--batch) :; return ;;
    compare:--runtime) _iai_files ''; return ;;
    compare:--session) _iai_files 'json'; return ;;
    bench:--reference) _iai_files 'onnx'; return ;;
    bench:--calibration) _iai_files ''; return ;;
    bench:--device) :; return ;;
    bench:--threads) :; return ;;
    bench:--batch) :; return ;;
    bench:--runtime) _iai_files ''; return ;;
    bench:--seconds) :; return ;;
    bench:--runs) :; return ;;
    bench:--until) :; return ;;
    bench:--budget) :; return ;;
    bench:--optimization) _iai_words "none basic extended all"; return ;;
    bench:--session) _iai_files 'json'; return ;;
    bench:--concurrency) :; return ;;
    bench:--rate) :; return ;;
    bench:--arrivals) _iai_words "poisson constant"; return ;;
    bench:--meter) :; return ;;
    bench:--meter-timeout) :; return ;;
    bench:--power-sensor) :; return ;;
    bench:--idle) :; return ;;
    bench:--co2-factor) :; return ;;
    bench:--co2-source) :; return ;;
    bench:--sweep-threads) :; return ;;
    bench:--sweep-batch) :; return ;;
    bench:--sweep-optimization) _iai_words "none basic extended all"; return ;;
    bench:--sweep-device) :; return ;;
    bench:--latency-limit) :; return ;;
    bench:--metric-limit) :; return ;;
    bench:--session-out) _iai_files 'json'; return ;;
    bench:--html) _iai_files ''; return ;;
    bench:--seed) :; return ;;
    gate:--policy) _iai_files 'yaml|yml'; return ;;
    gate:--reference) _iai_files 'onnx'; return ;;
    gate:--task) _iai_files 'yaml|yml'; return ;;
    gate:--junit) _iai_files 'xml'; return ;;
    gate:--markdown) _iai_files 'md'; return ;;
    gate:--sarif) _iai_files 'sarif'; return ;;
    gate:--promote) :; return ;;
    gate:--explain) :; return ;;
    gate:--date) :; return ;;
    registry/log:--verb) :; return ;;
    registry/log:--verdict) _iai_words "done passed failed"; return ;;
    registry/log:--digest) :; return ;;
    registry/log:--file) _iai_files ''; return ;;
    registry/log:--since) :; return ;;
    registry/log:--until) :; return ;;
    registry/log:--limit) :; return ;;
    registry/lineage:--direction) _iai_words "up down both"; return ;;
    registry/lineage:--format) _iai_words "text dot json"; return ;;
    report:--kind) _iai_words "annex-iv"; return ;;
    report:--product) _iai_files 'yaml|yml'; return ;;
    report:--output|report:-o) _iai_files ''; return ;;
  esac
  rest() { :; }
  case $verb in
    init) flags="--template --json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { :; } ;;
    doctor) flags="--runtime --json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { :; } ;;
    ingest) flags="--overwrite --output --html --copy --dialect --names --mergeable --merge --tensors --follow --once --interval --settle --split --fit --threads --json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { _iai_files ''; } ;;
    validate) flags="--contract --draft --dialect --junit --sarif --html --baseline --write-baseline --overwrite --threads --limit --json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { _iai_files ''; } ;;
    inspect) flags="--dialect --json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { _iai_files ''; } ;;
    convert) flags="--overwrite --output --opset --external --precision --io --arithmetic --exclude --shape --calibration --no-compare --device --threads --batch --runtime --json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { _iai_files 'onnx'; } ;;
    quantize) flags="--overwrite --output --precision --io --arithmetic --calibration --random-calibration --task --max-drop --keep-best --never-slower --budget --resume --method --percentile --equalization --rounding --bias-correction --exclude --dynamic --int16 --target --dry-run --layers --samples --max-memory --ranges-out --html --ranges --device --threads --batch --runtime --json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { _iai_files 'onnx'; } ;;
    prune) flags="--overwrite --output --channels --sparsity --scope --exclude --calibration --task --max-drop --no-compare --device --threads --batch --runtime --json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { _iai_files 'onnx'; } ;;
    evaluate) flags="--task --split --threshold-from --threshold-for --stress --strengths --errors --label-errors --html --overwrite --device --threads --batch --runtime --session --json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { _iai_files 'onnx'; } ;;
    compare) flags="--task --split --margin --inputs --random-inputs --samples --tolerance --layers --list --flips --overwrite --device --threads --batch --runtime --session --json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { _iai_files 'onnx'; } ;;
    bench) flags="--reference --calibration --device --threads --batch --runtime --seconds --runs --until --budget --optimization --session --operators --require-provider --concurrency --rate --arrivals --meter --meter-timeout --power-sensor --idle --co2-factor --co2-source --sweep --sweep-threads --sweep-batch --sweep-optimization --sweep-device --latency-limit --metric-limit --session-out --html --overwrite --seed --json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { _iai_files 'onnx'; } ;;
    gate) flags="--policy --reference --task --junit --markdown --sarif --overwrite --promote --explain --date --json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { _iai_files 'onnx'; } ;;
    registry) flags="--json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { _iai_words "log show lineage baselines roll-back verify"; } ;;
    registry/log) flags="--verb --verdict --digest --file --since --until --limit --json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { :; } ;;
    registry/show) flags="--json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { :; } ;;
    registry/lineage) flags="--direction --format --json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { _iai_files ''; } ;;
    registry/baselines) flags="--json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { :; } ;;
    registry/roll-back) flags="--json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { :; } ;;
    registry/verify) flags="--json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { :; } ;;
    report) flags="--kind --product --overwrite --output --json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { _iai_files ''; } ;;
    reproduce) flags="--json --quiet --verbose --color --registry --no-record --allow-network-fs --help"; rest() { :; } ;;
  esac
  if [[ $cur == -* ]]; then _iai_words "$flags"; else rest; fi
}
complete -F _iai iai
