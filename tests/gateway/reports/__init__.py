"""What the network learns from its visits."""
