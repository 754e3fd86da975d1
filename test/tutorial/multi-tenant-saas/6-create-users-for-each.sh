# Enterprise tenant user
curl -X POST http://localhost:8080/api/users \
  -H "X-Tenant-ID: enterprise" \
  -H "Content-Type: application/json" \
  -d '{"email": "alice@enterprise.com", "name": "Alice"}'

# Starter tenant user
curl -X POST http://localhost:8080/api/users \
  -H "X-Tenant-ID: starter" \
  -H "Content-Type: application/json" \
  -d '{"email": "bob@starter.com", "name": "Bob"}'
