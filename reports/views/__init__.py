"""Pages: they translate between a request and what stands below, and decide nothing."""
