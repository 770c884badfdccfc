#!/usr/bin/env bash
# Runs every scenario with the program as GCC builds it, at -O3 without asserts, and with those named as arguments, and
# demands one trace hash and one exit code from all. CI names the programs of the tests: GCC at -O1 with asserts, and Clang
# at -O1 with asserts and sanitizers. With --all also GCC and Clang at -O0, and Clang at -O3.
#
#   tests/quality/same_everywhere.sh [--all] [PROGRAM...]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
cd "$root"
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
names=() programs=()

say() { printf 'same_everywhere: %s\n' "$*" >&2; }

add() {  # name, program
  names+=("$1")
  programs+=("$2")
  if grep -qF "$root/" "$2"; then
    say "$2 holds the path of this checkout"
    exit 1
  fi
}

build() {  # name, compiler, build type
  if ! command -v "$2" >/dev/null; then
    say "there is no $2 here, so $1 is left out"
    return
  fi
  say "building $1"
  local log=build/same/$1.log
  mkdir -p build/same
  if ! { cmake -S . -B "build/same/$1" -G Ninja -DCMAKE_CXX_COMPILER="$2" -DCMAKE_BUILD_TYPE="$3" \
    -DCMAKE_CXX_FLAGS_DEBUG=-O0 -DCONVERGE_TESTS=OFF -DCONVERGE_LTO=OFF &&
    cmake --build "build/same/$1" -j "$(nproc)" --target converge; } >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    exit 1
  fi
  add "$1" "build/same/$1/converge"
}

if [[ ! -e scenarios/main.cpp ]]; then
  say "there is no program yet: skipped"
  exit 0
fi
say "building gcc-O3, as ./dev build does"
./dev build >/dev/null
add gcc-O3 build/release/converge  # what people use, optimised across files
if [[ ${1:-} == --all ]]; then
  shift
  build clang-O0 clang++-19 Debug
  build gcc-O0 g++ Debug
  build clang-O3 clang++-19 Release
fi
for program in "$@"; do add "$program" "$program"; done

different=0
compared=0
for scenario in scenarios/*.json; do
  [[ -e $scenario && $scenario != *.schema.json ]] || continue
  answers=()
  for program in "${programs[@]}"; do
    status=0
    printed=$("$program" run "$scenario" --json --quiet 2>/dev/null </dev/null) || status=$?
    hash=$(grep -oE '"trace_hash": *"[0-9a-f]{16}"' <<<"$printed" | grep -oE '[0-9a-f]{16}' | head -n 1) || hash='no trace'
    answers+=("$hash, exit $status")
  done
  compared=$((compared + 1))
  if [[ $(printf '%s\n' "${answers[@]}" | sort -u | wc -l) -eq 1 && ${answers[0]} != 'no trace'* ]]; then
    printf 'same       %s: %s (%s)\n' "$scenario" "${answers[0]}" "${names[*]}"
  else
    different=$((different + 1))
    printf 'DIFFERENT  %s:' "$scenario"
    for i in "${!names[@]}"; do printf ' %s: %s;' "${names[i]}" "${answers[i]}"; done
    printf '\n'
  fi
done
printf '%d scenarios, %d builds, %d differ\n' "$compared" "${#programs[@]}" "$different"
[[ $different -eq 0 && $compared -gt 0 && ${#programs[@]} -gt 1 ]]
