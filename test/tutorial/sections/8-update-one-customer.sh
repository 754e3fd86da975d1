# Just commit to their branch
git checkout customer/acme-corp
# ... make ACME-specific changes ...
git commit -m "Update ACME validation rules"
