#!/usr/bin/env bash
# What was committed and run for one tenant.
set -euo pipefail

usage() {
  cat <<'END'
Usage: ./metrics.sh <tenant-id> [--json]

Commits by author and day, executions by tool, workflow and outcome, durations (p50, p95), errors, last activity, and
the head of the branch with its validity. For people; with --json for scripts.

Asks the running server (ESPALIER_URL, or APP_ADDR, or the one of this checkout); where none answers, reads the repository
and the database of this checkout directly.

Where the server asks for a credential, set ESPALIER_API_KEY or ESPALIER_ADMIN_TOKEN.

Exit codes: 0 done; 1 there is no such tenant; 2 wrong usage; 3 could not run.
END
}

tenant=
accept=text/plain
options=()
for argument in "$@"; do
  case $argument in
    -h | --help)
      usage
      exit 0
      ;;
    --json)
      accept=application/json
      options=(--json)
      ;;
    -*)
      usage >&2
      exit 2
      ;;
    *)
      if [ -n "$tenant" ]; then
        usage >&2
        exit 2
      fi
      tenant=$argument
      ;;
  esac
done
if [ -z "$tenant" ]; then
  usage >&2
  exit 2
fi

# shellcheck source=scripts/lib/client.sh
source "$(dirname "${BASH_SOURCE[0]}")/scripts/lib/client.sh"
require_id "$tenant"

request GET "/admin/tenants/$tenant/usage" "$accept"
case $status in
  200) ;;
  000) without_server tenant usage "$tenant" "${options[@]}" ;;
  *) refuse ;;
esac
cat "$answer"
if [ "$accept" = application/json ]; then echo; fi
