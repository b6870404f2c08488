"""Acting on the outside world: what a connector is, and the machinery that carries it out behind a gate."""
