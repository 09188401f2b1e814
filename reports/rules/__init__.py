"""Periods, figures, scoring and lists: numbers and dates in, answers out; no database here."""
