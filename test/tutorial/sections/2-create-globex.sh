./setup-tenant.sh globex-inc
