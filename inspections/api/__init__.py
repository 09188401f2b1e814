"""Inspections, problems and photographs for programs."""
