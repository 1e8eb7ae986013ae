"""What ``make bench`` runs: Chloe beside its peers, in the same run. ``python -m benchmarks [NAME…]``."""
