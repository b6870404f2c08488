"""What `make bench` prints: how much work each thing takes, held against something in the same run."""
