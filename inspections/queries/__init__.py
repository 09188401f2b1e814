"""Reads across the rows of inspections and problems."""
