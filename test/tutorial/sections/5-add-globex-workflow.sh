# Switch to Globex branch
git checkout customer/globex-inc

# Add compliance workflow
cat > workflows/globex-sox-compliance.yaml << EOF
name: GlobexSOXCompliance
stages:
  - verify_approvals
  - check_thresholds
  - generate_audit_trail
  - file_with_sec
EOF

git add workflows/globex-sox-compliance.yaml
git commit -m "Add SOX compliance workflow"
