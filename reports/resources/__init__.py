"""Every kind of sheet, and the way of a file from its bytes to a checked or written import."""

from .kinds import KINDS, import_file, is_allowed, mapping_named, mappings_for, table_of_file

__all__ = ["KINDS", "import_file", "is_allowed", "mapping_named", "mappings_for", "table_of_file"]
