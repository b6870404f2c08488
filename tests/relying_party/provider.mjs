// A certified OpenID Provider of another language, as an identity provider that residents sign in with: ES256, requests
// pushed, clients known by their keys. Whoever comes is signed in as the made-up person of the command line.

import { createServer } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import { Provider } from 'oidc-provider'

const asked = JSON.parse(process.argv[2])
const { privateKey } = await generateKeyPair('ES256', { extractable: true })
const key = { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: 'provider-1' }

const server = createServer()
await new Promise((listening) => server.listen(0, '127.0.0.3', listening))
const issuer = `http://127.0.0.3:${server.address().port}`

const provider = new Provider(issuer, {
  clients: [{
    client_id: asked.client_id,
    redirect_uris: [asked.redirect_uri],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    id_token_signed_response_alg: 'ES256',
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    jwks: asked.jwks,
  }],
  jwks: { keys: [key] },
  cookies: { keys: ['made up'] },
  claims: {
    openid: ['sub', 'personal_code'],
    profile: ['given_name', 'family_name'],
    phone: ['phone_number', 'phone_number_verified'],
    email: ['email'],
  },
  conformIdTokenClaims: false,
  acrValues: [asked.acr],
  pkce: { required: () => true },
  features: {
    devInteractions: { enabled: false },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
  },
  ttl: { AccessToken: 300, AuthorizationCode: 60, Grant: 300, IdToken: 300, Interaction: 300, Session: 300 },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...asked.claims }) }),
  async loadExistingGrant({ oidc }) {
    const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
    grant.addOIDCScope('openid profile phone email')
    await grant.save()
    return grant
  },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
})

const answer = provider.callback()
server.on('request', (request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response)
  const login = { accountId: asked.claims.personal_code, acr: asked.acr }
  return provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false })
})
console.log(JSON.stringify(issuer))
