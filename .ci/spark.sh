#!/usr/bin/env bash
# Exports a workspace, runs exports/spark_infer.py on Sail, whole and incrementally, and compares the tables with what
# `adseq infer` stored; with "spark" on Spark, too: 400 MB from PyPI, and a Java 17 or newer. spark.sh WORKSPACE [spark]
set -euo pipefail
cd "$(dirname "$0")/.."
workspace=${1:?usage: spark.sh WORKSPACE [spark]}
if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then echo "spark: skipped, the wheels are for linux-x86_64"; exit 0; fi
work=$(mktemp -d)
server=
stop() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap stop EXIT
node bin/run.js export --to "$work/export" --workspace "$workspace" --quiet
export PYTHONWARNINGS=ignore::FutureWarning

sail=$(bash .ci/python.sh sail)
port=$("$sail" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$(dirname "$sail")/sail" spark server --port "$port" >"$work/sail.log" 2>&1 &
server=$!
for _ in $(seq 100); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; fi
  sleep 0.2
done
for after in 0 "$("$sail" -c 'import json, sys; print(json.load(open(sys.argv[1]))["seq"] * 9 // 10)' "$work/export/manifest.json")"; do
  "$sail" exports/spark_infer.py --export "$work/export" --out "$work/sail-$after" --after "$after" \
    --remote "sc://127.0.0.1:$port" || { cat "$work/sail.log"; exit 1; }
  echo "Sail, users with events after $after:"
  "$sail" .ci/check_spark.py "$work/export" "$work/sail-$after"
done
kill "$server"
server=

[ "${2:-}" = spark ] || exit 0
spark=$(bash .ci/python.sh spark)
SPARK_LOCAL_IP=127.0.0.1 PYSPARK_PYTHON=$spark "$spark" exports/spark_infer.py --export "$work/export" \
  --out "$work/spark" 2>"$work/spark.log" || { tail -n 50 "$work/spark.log"; exit 1; }
echo "Spark:"
"$spark" .ci/check_spark.py "$work/export" "$work/spark"
