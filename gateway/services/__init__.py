"""What a centre can help with: the catalogue, and the portals that the services live at."""
