"""Practice: a gateway for assistants who learn, beside the live one, in the same made-up world as the demonstration."""
