"""Every page in every state, brought about once: gallery, tests of access and bench all take it from here."""
