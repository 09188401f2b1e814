"""Pure writers: tables in, files out. No database, no request, no clock."""
