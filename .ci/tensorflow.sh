#!/usr/bin/env bash
# Tests the tensorflow engine for real: links tfjs-node to a TensorFlow CPU wheel, runs the engine contract on it and
# trains a few steps. The wheel stays in a cache folder between runs: ADSEQ_TENSORFLOW_CACHE, else ~/.cache/adseq-ci.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then echo "tensorflow: skipped, the wheel is for linux-x86_64"; exit 0; fi
version=${TF_VERSION:-2.16.2} # the newest without a wrong kernel: int32 round is from 2.17 on
cache=${ADSEQ_TENSORFLOW_CACHE:-$HOME/.cache/adseq-ci}
site=$cache/tensorflow-cpu-$version

if [ ! -f "$site/.done" ]; then
  rm -rf "$site"
  mkdir -p "$site"
  # the wheel is only linked to, so its Python need not be the one that runs here
  "${PYTHON:-python3}" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-compile --no-deps \
    --only-binary=:all: --python-version 3.10 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
    --root-user-action=ignore --target "$site" "tensorflow-cpu==$version"
  touch "$site/.done"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ADSEQ_TENSORFLOW_HOME=$cache/home
node bin/run.js engine link --tensorflow "$site"
npx vitest run test/engine/contract.test.ts

node bin/run.js init --workspace "$work"
node bin/run.js generate-data --preset tutorial --workspace "$work"
node bin/run.js train item --engine tensorflow --workspace "$work" --set train.refit=false --set train.steps=6 \
  --set train.validateEvery=6 --set train.validationUsers=20 --set model.layers=1 --set model.length=32
