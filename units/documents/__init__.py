"""Geography on paper: outlines read from a file, and what a window on the map shows. Numbers in, numbers out."""
