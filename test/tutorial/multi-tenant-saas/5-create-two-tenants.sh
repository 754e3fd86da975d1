# Tenant 1: High quota
curl -X POST http://localhost:8080/admin/tenants \
  -H "Content-Type: application/json" \
  -d '{
    "tenant_id": "enterprise",
    "quota_requests_per_minute": 1000,
    "quota_tokens_per_minute": 100000
  }'

# Tenant 2: Low quota
curl -X POST http://localhost:8080/admin/tenants \
  -H "Content-Type: application/json" \
  -d '{
    "tenant_id": "starter",
    "quota_requests_per_minute": 10,
    "quota_tokens_per_minute": 1000
  }'
