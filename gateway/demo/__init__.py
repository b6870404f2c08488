"""The demonstration: made-up centres, people and services, and the program that runs one whole visit."""
