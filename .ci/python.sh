#!/usr/bin/env bash
# Makes a virtual environment with packages from PyPI and prints its python; it stays in a cache folder between runs:
# ADSEQ_PYTHON_CACHE, else ~/.cache/adseq-ci. python.sh sail | spark: what reads an export, and the engine of that name
set -euo pipefail
name=$1
set -- onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6 pyarrow==26.0.1 "pandas<3" tensorboard==2.21.0
case $name in
sail) set -- "$@" pysail==0.7.2 pyspark-client==4.2.0 ;;
spark) set -- "$@" pyspark==4.3.0 ;;
esac
venv=${ADSEQ_PYTHON_CACHE:-$HOME/.cache/adseq-ci}/python-$name
if [ "$(cat "$venv/.done" 2>/dev/null || true)" != "$*" ]; then
  rm -rf "$venv"
  mkdir -p "$(dirname "$venv")"
  "${PYTHON:-python3}" -m venv "$venv" >&2
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir "$@" >&2
  echo "$*" >"$venv/.done"
fi
echo "$venv/bin/python"
