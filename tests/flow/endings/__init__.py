"""Every way in which a visit can end otherwise than filed at once, with all processes real and the person's browser
replaced by one without scripts."""
