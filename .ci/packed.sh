#!/usr/bin/env bash
# What a new user does with the tarball: npm pack, a global install of it with an empty npm cache into an empty prefix,
# and a small quickstart in an empty folder, with the Node and npm that are on the PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

npm pack --loglevel=error --pack-destination "$work" >/dev/null
mkdir "$work/empty"
cd "$work/empty"
# nothing of the clone or of npm run is handed on
unset npm_config_local_prefix npm_package_json npm_config_nodedir INIT_CWD ADSEQ_WORKSPACE
npm install --global --prefix "$work/prefix" --cache "$work/cache" --no-audit --no-fund --loglevel=error "$work"/adseq-*.tgz
export PATH="$work/prefix/bin:$PATH"
adseq version
adseq quickstart --small
# serve, try and the rest find what quickstart made
adseq inspect user 2043 --workspace adseq-quickstart/real --json | node -e 'JSON.parse(require("fs").readFileSync(0))'
adseq doctor --workspace adseq-quickstart/real
