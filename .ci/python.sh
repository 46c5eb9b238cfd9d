#!/usr/bin/env bash
# Makes a virtual environment with some packages from PyPI and prints its python; it stays in a cache folder between
# runs: ADSEQ_PYTHON_CACHE, else ~/.cache/adseq-ci. python.sh NAME PACKAGE...
set -euo pipefail
name=$1
shift
venv=${ADSEQ_PYTHON_CACHE:-$HOME/.cache/adseq-ci}/python-$name
if [ "$(cat "$venv/.done" 2>/dev/null || true)" != "$*" ]; then
  rm -rf "$venv"
  mkdir -p "$(dirname "$venv")"
  "${PYTHON:-python3}" -m venv "$venv" >&2
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir "$@" >&2
  echo "$*" >"$venv/.done"
fi
echo "$venv/bin/python"
