# Update main branch
git checkout main
# ... make changes ...
git commit -m "Core security update"

# Merge to each customer
for customer in acme-corp globex-inc; do
  git checkout customer/$customer
  git merge main
  git push
done
