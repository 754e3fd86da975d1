curl -X POST http://localhost:8080/admin/tenants \
  -H "Content-Type: application/json" \
  -d '{
    "tenant_id": "acme-corp",
    "quota_requests_per_minute": 100,
    "quota_tokens_per_minute": 10000,
    "allowed_models": ["gpt-4", "gpt-3.5-turbo"],
    "allowed_tools": ["search", "calculator"],
    "metadata": {
      "company": "Acme Corporation",
      "plan": "enterprise"
    }
  }'
