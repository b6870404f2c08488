"""OAuth 2.0 and OpenID Connect on both sides: provider for portals, relying party for residents.

Toward portals, by specification:

    clients            which portals may sign in with a delegation (RFC 6749 section 2)
    authentication     how they prove who they are: secret, or key (RFC 7523)
    tickets            how a connector's browser is recognised: no click, no cookie
    pushed             requests that a portal sends by itself (RFC 9126)
    requests, details  what a request has to be, and what of a delegation it asks for (RFC 9396)
    authorization      the authorization endpoint: RFC 6749, 7636, 9207
    grants             the authorization code: OpenID Connect Core, RFC 7636
    exchange           token exchange (RFC 8693), and the permits that it takes
    mandates           what one portal is told of a delegation: RFC 8693 `act`, RFC 9396 `authorization_details`
    tokens             ID token and access token: RFC 9068
    endpoints          token, userinfo, revocation (RFC 7009), introspection (RFC 7662)
    status_lists       Token Status List
    metadata           OpenID Connect Discovery, RFC 8414
    logout             what ends when a delegation is stopped
    backchannel        how portals are told: OpenID Connect Back-Channel Logout

Toward identity providers: `providers`, `fetching`, `relying_party`; `evidence` for whoever checks a yes again later.
"""
