curl http://localhost:8080/api/analytics/requests \
  -H "X-Tenant-ID: acme-corp"
