"""Texts in, tables out: what people write in chat groups. No database."""
