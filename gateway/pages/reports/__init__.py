"""Pages of history, costs, targets and reports: thin controllers over `gateway.reports`."""
