# shellcheck shell=bash
# Sourced by setup-tenant.sh and metrics.sh: one call to the server, or the command line where no server answers.

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# Where a server of this folder noted that it listens: that may be another port than this terminal knows of.
noted() { sed -n 's/.*"url":"\([^"]*\)".*/\1/p' "${ESPALIER_DATA_DIR:-$project/data}/serving.json" 2>/dev/null || true; }

# The server's own address where APP_ADDR was set for it; ":8080" and the like are reached on this machine.
address=${APP_ADDR:-127.0.0.1:8080}
if [[ $address == :* ]]; then address="127.0.0.1$address"; fi
server=${ESPALIER_URL:-}
if [ -z "$server" ] && [ -z "${APP_ADDR:-}" ]; then server=$(noted); fi
if [ -z "$server" ]; then server=http://$address; fi

answer=$(mktemp)
# What the server is to be shown, in a file that only its owner can read: an argument is seen by everybody on the machine.
credential=$(mktemp)
trap 'rm -f "$answer" "$credential"' EXIT
if [ -n "${ESPALIER_API_KEY:-${ESPALIER_ADMIN_TOKEN:-}}" ]; then
  printf 'Authorization: Bearer %s\n' "${ESPALIER_API_KEY:-$ESPALIER_ADMIN_TOKEN}" >"$credential"
fi

# request METHOD PATH ACCEPT [BODY]: leaves the body in $answer and the status in $status; status 000: nobody answered.
request() {
  local body=()
  if [ $# -gt 3 ]; then body=(--data "$4"); fi
  status=$(curl --silent --show-error --max-time 30 --request "$1" --header "Accept: $3" --header "@$credential" "${body[@]}" \
    --output "$answer" --write-out '%{http_code}' "$server$2" 2>"$answer.error") || true
  if [ "$status" = 000 ] && ! grep -q -e 'refused' -e 'connect' "$answer.error"; then
    cat "$answer.error" >&2
    rm -f "$answer.error"
    exit 3
  fi
  rm -f "$answer.error"
}

# Member $1 of the problem in $answer, as far as a line of JSON can be read without a parser.
problem() { sed -n 's/.*"'"$1"'":"\(\([^"\\]\|\\.\)*\)".*/\1/p' "$answer" | sed 's/\\"/"/g'; }

# refuse: says what the server said, and ends.
refuse() {
  local detail
  detail=$(problem detail)
  echo "$(basename "$0"): ${detail:-the server at $server answered $status}" >&2
  exit 1
}

# without_server ARGUMENT ...: the same, by the command line on the same repository and database.
without_server() {
  if [ ! -d "$project/node_modules" ] || [ ! -e "$project/dist/cli.js" ]; then
    echo "$(basename "$0"): no server answers at $server, and nothing is installed here yet." >&2
    echo "Run ./scripts/serve first; it installs, builds and serves." >&2
    exit 3
  fi
  echo "$(basename "$0"): no server answers at $server; asking the repository and the database directly." >&2
  rm -f "$answer" "$credential" # exec runs no trap
  cd "$project" || exit 3
  exec ./scripts/espalier "$@"
}

# Ids are checked here too, since they become part of a path and of JSON.
require_id() {
  if [[ ! $1 =~ ^[a-z0-9]([a-z0-9_-]{0,54}[a-z0-9])?$ ]]; then
    echo "$(basename "$0"): \"$1\" is no tenant id: 1 to 56 characters of a-z, 0-9, \"-\" and \"_\", with a letter or digit at both ends." >&2
    exit 2
  fi
}
