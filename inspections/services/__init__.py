"""Writes about what was seen and put right."""
