#!/bin/sh
# Runs the tests that use a database once more, on Debian's PostgreSQL 15: the oldest that Offtake supports. The server is private: a Unix
# socket in a temporary folder, no port, an account of its own, and it is stopped when this ends, however it ends.
set -eu
cd "$(dirname "$0")/.."
bin=/usr/lib/postgresql/15/bin
root=$([ "$(id -u)" = 0 ] && echo yes || echo no)
say() { echo "offtake: $*" >&2; }

if [ ! -x $bin/postgres ] && [ "$root" = yes ]; then
  say "installing PostgreSQL 15 of Debian"
  # Its package would start a cluster on a port of this machine.
  mkdir -p /etc/postgresql-common/createcluster.d
  echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/offtake.conf
  export DEBIAN_FRONTEND=noninteractive
  { apt-get -q -o DPkg::Lock::Timeout=300 update && apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends postgresql-15; } >&2
fi
if [ ! -x $bin/postgres ]; then
  say "the pass on PostgreSQL 15 is skipped: $bin is not there; root can: apt-get install postgresql-15"
  [ -z "${CI:-}" ] || exit 1
  exit 0
fi

node scripts/setup.mjs --tests
folder=$(mktemp -d /tmp/offtake-postgres15-XXXXXX)
as() { if [ "$root" = yes ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
[ "$root" = no ] || chown postgres "$folder"
stop() {
  trap - EXIT
  if [ -f "$folder/data/postmaster.pid" ]; then (cd / && as $bin/pg_ctl stop -s -D "$folder/data" -m fast) || true; fi
  rm -rf "$folder"
}
trap stop EXIT
trap 'stop; exit 130' INT
trap 'stop; exit 143' TERM

export LC_ALL=C.UTF-8 TZ=UTC
(
  cd /
  as $bin/initdb -D "$folder/data" -U offtake -A trust -E UTF8 --locale=C.UTF-8 --no-instructions >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; exit 1; }
  settings="-c listen_addresses= -c unix_socket_directories=$folder -c max_connections=60 -c log_timezone=UTC -c timezone=UTC"
  as $bin/pg_ctl start -s -w -D "$folder/data" -l "$folder/data/server.log" -o "$settings" || { cat "$folder/data/server.log" >&2; exit 1; }
)
say "$($bin/postgres --version) is running in $folder"

# Whatever imports test/database.ts, or the store's, uses the server that is given. Stories of other programs are told once, on the embedded one, and
# so is what is seen in a browser: it asks the database nothing that the same doors, tested here, do not ask.
tests=$(grep -rlE "from '[./a-z]*/database\.ts'" src test --include='*.test.ts' | grep -vE '^test/(slurm|prometheus)' |
  xargs grep -LE "from '[./a-z]*/browser\.ts'")
export TEST_DATABASE_URL="postgresql:///postgres?host=$folder&user=offtake"
# shellcheck disable=SC2086 # One file per word.
node_modules/.bin/node --test --test-global-setup=test/setup.ts --test-concurrency=4 --test-timeout=900000 $tests
