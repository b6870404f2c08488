"""OAuth 2.0 and OpenID Connect on both sides: provider for portals, relying party for residents.

Toward portals, by specification:

    clients        which portals may sign in with a delegation (RFC 6749 section 2)
    tickets        how a connector's browser is recognised: no click, no cookie
    authorization  the authorization endpoint: RFC 6749, 7636, 9207
    grants         the authorization code: OpenID Connect Core, RFC 7636
    mandates       what one portal is told of a delegation: RFC 8693 `act`, RFC 9396 `authorization_details`
    tokens         ID token and access token: RFC 9068
    endpoints      token, userinfo, revocation (RFC 7009), introspection (RFC 7662)
    status_lists   Token Status List
    metadata       OpenID Connect Discovery, RFC 8414
    logout         what ends when a delegation is stopped

Toward identity providers: `providers`, `relying_party`, and `evidence` for whoever checks a yes again later.
"""
