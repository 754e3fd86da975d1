# Exhaust starter tenant's quota (10 req/min)
for i in {1..15}; do
  curl http://localhost:8080/api/users -H "X-Tenant-ID: starter"
done

# Last 5 requests will return 429 Too Many Requests
