"""An identity provider for made-up residents: an OpenID Provider, somebody else's as far as the gateway can tell."""
