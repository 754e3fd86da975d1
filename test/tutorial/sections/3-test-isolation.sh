# ACME request - uses ACME branch
curl -X POST http://localhost:8080/api/v1/execute \
  -H "X-Tenant-ID: acme-corp" \
  -d '{"text": "Process ACME order 12345"}'

# Globex request - uses Globex branch
curl -X POST http://localhost:8080/api/v1/execute \
  -H "X-Tenant-ID: globex-inc" \
  -d '{"text": "Generate Globex compliance report"}'
