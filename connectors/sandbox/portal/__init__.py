"""A portal of e-services, like a state's own: somebody else's program, as far as the gateway can tell."""
