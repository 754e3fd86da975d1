# shellcheck shell=bash
# Sourced by the scripts that test: installs programs from Debian's packages where they are missing and that is possible.

# ensure_packages program[=package] ...
ensure_packages() {
  local missing=() entry
  for entry in "$@"; do
    command -v "${entry%%=*}" >/dev/null || missing+=("${entry##*=}")
  done
  if [ ${#missing[@]} -eq 0 ]; then return; fi
  if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "Please install: ${missing[*]}" >&2
    exit 3
  fi
  echo "Installing ${missing[*]} ..." >&2
  (apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}") >&2
}
