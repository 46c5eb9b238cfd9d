#!/usr/bin/env bash
# Exports a workspace, runs exports/spark_infer.py on Sail and, where there is a Java 17 or newer, on Spark, and compares
# the tables with what `adseq infer` stored; on Sail also an incremental pass. spark.sh WORKSPACE
set -euo pipefail
cd "$(dirname "$0")/.."
workspace=${1:?usage: spark.sh WORKSPACE}
if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then echo "spark: skipped, the wheels are for linux-x86_64"; exit 0; fi
common=(onnxruntime==1.32.0 numpy==2.4.6 pyarrow==26.0.1 "pandas<3")
work=$(mktemp -d)
server=
stop() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap stop EXIT
node bin/run.js export --to "$work/export" --workspace "$workspace" --quiet
export PYTHONWARNINGS=ignore::FutureWarning

sail=$(bash .ci/python.sh sail pysail==0.7.2 pyspark-client==4.2.0 "${common[@]}")
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

if ! java -version 2>&1 | grep -qE 'version "(1[7-9]|[2-9][0-9])'; then
  echo "spark: Spark itself is skipped, there is no Java 17 or newer"
  exit 0
fi
spark=$(bash .ci/python.sh spark pyspark==4.3.0 "${common[@]}")
SPARK_LOCAL_IP=127.0.0.1 PYSPARK_PYTHON=$spark "$spark" exports/spark_infer.py --export "$work/export" \
  --out "$work/spark" 2>"$work/spark.log" || { tail -n 50 "$work/spark.log"; exit 1; }
echo "Spark:"
"$spark" .ci/check_spark.py "$work/export" "$work/spark"
