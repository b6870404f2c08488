"""What the network learns from its visits: figures, costs, targets, and the sheets in which they are handed on."""
