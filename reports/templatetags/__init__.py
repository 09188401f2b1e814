"""Words of this app's pages."""
