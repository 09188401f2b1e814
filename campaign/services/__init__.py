"""Writes of the lowest app that touch several rows."""
