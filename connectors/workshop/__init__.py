"""What an author of connectors works with: looking at a portal, trying a form, the contract, a first skeleton.

Nothing that serves residents imports it. It meets a portal's test system with a made-up person, signed in by a
stand-in for the gateway that lives on loopback, with a key made at each start.
"""
