./setup-tenant.sh acme-corp
