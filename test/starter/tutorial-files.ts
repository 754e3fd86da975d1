/** The two files that the tutorial adds to a customer's branch, as its reader types them. */

export const ACME_FILES = {
  'tools/acme-po-validator.json': `{
  "name": "ACMEPOValidator",
  "rules": [
    "po_number_format: ^PO-[0-9]{5}$",
    "max_amount: 1000000",
    "required_fields: [department, cost_center]"
  ]
}
`,
}

export const GLOBEX_FILES = {
  'workflows/globex-sox-compliance.yaml': `name: GlobexSOXCompliance
stages:
  - verify_approvals
  - check_thresholds
  - generate_audit_trail
  - file_with_sec
`,
}
