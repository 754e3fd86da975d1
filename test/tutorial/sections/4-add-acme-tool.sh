# Switch to ACME branch
cd repos
git checkout customer/acme-corp

# Add custom validation
cat > tools/acme-po-validator.json << EOF
{
  "name": "ACMEPOValidator",
  "rules": [
    "po_number_format: ^PO-[0-9]{5}$",
    "max_amount: 1000000",
    "required_fields: [department, cost_center]"
  ]
}
EOF

git add tools/acme-po-validator.json
git commit -m "Add ACME PO validation rules"
