"""Security settings by two people: one proposes, another confirms, after a delay it holds; each step is an event."""
