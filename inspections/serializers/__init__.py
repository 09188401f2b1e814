"""Shapes of inspections, problems, photographs and appeals, as the API takes and gives them; one module each."""
