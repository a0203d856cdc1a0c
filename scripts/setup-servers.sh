#!/usr/bin/env bash
# PostgreSQL and Redis from Debian's packages, for the tests of libraries that talk to them. The tests start them
# themselves, on loopback; without them those tests are skipped and say so.
set -euo pipefail

if command -v redis-server >/dev/null && ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; then exit 0; fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >/dev/null
apt-get install -y -qq postgresql redis-server >/dev/null
