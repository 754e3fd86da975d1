# Enterprise tenant sees only their user
curl http://localhost:8080/api/users -H "X-Tenant-ID: enterprise"
# Returns: [{"email": "alice@enterprise.com", ...}]

# Starter tenant sees only their user
curl http://localhost:8080/api/users -H "X-Tenant-ID: starter"
# Returns: [{"email": "bob@starter.com", ...}]
