#!/usr/bin/env bash
# Exports a workspace and uses the files in Python, by nothing but docs/export.md: its example literally, for some
# users, and every table, checksum and parameter by .ci/check_export.py; its curves by TensorBoard. export.sh WORKSPACE
set -euo pipefail
cd "$(dirname "$0")/.."
workspace=${1:?usage: export.sh WORKSPACE}
python=$(bash .ci/python.sh sail)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

node bin/run.js export --to "$work/shop-export" --workspace "$workspace"
sed -n '/^```python$/,/^```$/p' docs/export.md | sed '1d;$d' >"$work/example.py"
"$python" .ci/check_export.py "$work/shop-export" "$work/example.py"
node bin/run.js export --tensorboard "$work/curves" --workspace "$workspace"
"$python" .ci/check_curves.py "$work/curves" "$workspace"
