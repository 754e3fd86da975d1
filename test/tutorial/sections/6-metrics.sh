# ACME metrics
./metrics.sh acme-corp

# Globex metrics
./metrics.sh globex-inc
