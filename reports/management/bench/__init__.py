"""Measures the speed this product promises, as ratios inside one run (DESIGN §11)."""
