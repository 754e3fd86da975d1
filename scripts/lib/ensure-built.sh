# shellcheck shell=bash
# Sourced by the scripts: installs what the lockfile names and builds dist/, each only where it is out of date.
# Says what it does on standard error, and nothing where there is nothing to do.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# What the program says about itself is true for Node 20.19 and later only.
require_node() {
  if ! command -v node >/dev/null; then
    echo "Node is not installed; Espalier needs Node 20.19 or later." >&2
    exit 3
  fi
  # Asking for its version starts no engine: a tenth of the time of running a script.
  local version major minor
  version=$(node --version)
  IFS=. read -r major minor _ <<<"${version#v}"
  if [ "$major" -lt 20 ] || { [ "$major" -eq 20 ] && [ "$minor" -lt 19 ]; }; then
    echo "Node $version is too old; Espalier needs Node 20.19 or later." >&2
    exit 3
  fi
}

# ensure_installed runtime|all: the packages that serving needs, or those of the tests too. What was installed is known by
# the lockfile's checksum: git gives a file a new time without changing it. Where `npm ci` ran by hand, by the time.
ensure_installed() {
  local lockfile="$root/package-lock.json" installed="$root/node_modules/.installed-lockfile"
  local proof=$1 checksum
  if [ "$proof" = all ]; then proof="$root/node_modules/.bin/vitest"; else proof="$root/node_modules/hono"; fi
  checksum=$(cksum <"$lockfile")
  if [ -e "$proof" ]; then
    if [ -e "$installed" ] && [ "$(<"$installed")" = "$checksum" ]; then return; fi
    if [ ! -e "$installed" ] && [ "$root/node_modules/.package-lock.json" -nt "$lockfile" ]; then
      echo "$checksum" >"$installed" || true
      return
    fi
  fi
  echo "Installing packages from the lockfile ..." >&2
  if [ "$1" = all ]; then
    (cd "$root" && npm ci --no-audit --no-fund --loglevel=error >&2)
  else
    (cd "$root" && npm ci --omit=dev --no-audit --no-fund --loglevel=error >&2)
  fi
  echo "$checksum" >"$installed"
}

ensure_built() {
  local built="$root/dist/cli.js"
  if [ -e "$built" ] && [ -z "$(find "$root/src" "$root/scripts/build.mjs" "$root/package.json" -newer "$built" -print -quit)" ]; then return; fi
  echo "Building ..." >&2
  node "$root/scripts/build.mjs"
}
