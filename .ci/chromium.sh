#!/usr/bin/env bash
# Installs Debian's Chromium where it can, so that the test of the HTML report opens it in a real browser. Without one that
# test is skipped, with a word.
set -uo pipefail
for name in chromium chromium-browser google-chrome; do command -v "$name" >/dev/null && exit 0; done
if [ -n "${CHROMIUM:-}" ]; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then echo "chromium: not installed (no root or no apt-get)"; exit 0; fi
export DEBIAN_FRONTEND=noninteractive
(apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium fonts-liberation) >/dev/null 2>&1 || echo "chromium: apt-get could not install it"
