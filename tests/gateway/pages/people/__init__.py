"""The pages of those who answer for people."""
