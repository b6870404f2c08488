"""Keys by which programs of others call: each opens a few APIs, for one institution or for the network.

Whoever uses a key makes it, and hands over its fingerprint alone: the gateway never has a key that it could lose.

- `keys` what a key looks like, and its fingerprint
- `holding` which keys are known, and who calls with one
"""
