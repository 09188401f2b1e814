"""Shape of what people send."""
