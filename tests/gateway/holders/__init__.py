"""What service holders are told."""
