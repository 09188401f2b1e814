"""Pages about units, sites and tasks, one module per matter."""
