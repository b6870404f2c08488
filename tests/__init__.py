"""Tests of the product: they mirror its packages, and `flow` drives whole visits in a browser."""
