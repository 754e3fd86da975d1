curl http://localhost:8080/api/users \
  -H "X-Tenant-ID: acme-corp"
