"""The connectors that come with the gateway: one folder a holder, one folder a service."""
