"""Files in and out: bytes to tables and tables to bytes. No database here."""
