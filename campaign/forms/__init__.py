"""Forms of the lowest app, one module per matter."""
