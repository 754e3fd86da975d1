#!/usr/bin/env bash
# Creates a tenant: a branch that inherits from main, a namespace and a task queue.
set -euo pipefail

usage() {
  cat <<'END'
Usage: ./setup-tenant.sh <tenant-id>

Creates the tenant's branch customer/<tenant-id> from the head of main, its namespace <tenant-id> and its task queue
volcano-<tenant-id>, and says what it made. Where the tenant exists already it changes nothing and says so.

Asks the running server (ESPALIER_URL, or APP_ADDR, or the one of this checkout); where none answers, does the same
directly in the repository and the database of this checkout.

Where the server asks for a credential, set ESPALIER_API_KEY or ESPALIER_ADMIN_TOKEN.

Exit codes: 0 the tenant is there; 1 refused; 2 wrong usage; 3 could not run.
END
}

case "${1:-}" in
  -h | --help)
    usage
    exit 0
    ;;
esac
if [ $# -ne 1 ]; then
  usage >&2
  exit 2
fi

# shellcheck source=scripts/lib/client.sh
source "$(dirname "${BASH_SOURCE[0]}")/scripts/lib/client.sh"
require_id "$1"

request POST /admin/tenants text/plain "{\"tenant_id\": \"$1\"}"
case $status in
  201) ;;
  409) # It exists, or its name in the database is taken; the first is what the caller wanted.
    if [ "$(problem code)" != tenant-exists ] || [ "$(problem tenant_status)" = deleted ]; then refuse; fi
    request GET "/admin/tenants/$1" text/plain
    if [ "$status" != 200 ]; then refuse; fi
    echo "Tenant $1 exists already; nothing was changed."
    ;;
  000) without_server tenant create "$1" ;;
  *) refuse ;;
esac
cat "$answer"
