"""The ground that tests stand on, tested itself."""
