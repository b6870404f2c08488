"""An inbox: an SMS operator's API, a mail server, and one page where both can be read."""
