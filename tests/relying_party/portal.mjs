// A portal made with the certified OpenID client library of another language, as its manual says and nothing more.
// Told what to do by one JSON object on the command line; what it needs of the world it asks for line by line.

import { createInterface } from 'node:readline/promises'
import * as client from 'openid-client'

const asked = JSON.parse(process.argv[2])
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const hear = async () => (await lines.next()).value
const say = (what) => console.log(JSON.stringify(what))

async function authentication() {
  if (asked.jwk === undefined) return client.ClientSecretBasic(asked.secret)
  const key = await crypto.subtle.importKey('jwk', asked.jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
  return client.PrivateKeyJwt({ key, kid: asked.jwk.kid })
}

async function refusal(promise) {
  try {
    await promise
    return null
  } catch (error) {
    return error.error ?? error.cause?.error ?? error.code ?? String(error)
  }
}

const config = await client.discovery(
  new URL(asked.issuer),
  asked.client_id,
  { id_token_signed_response_alg: 'ES256' },
  await authentication(),
  { execute: [client.allowInsecureRequests] },
)

const verifier = client.randomPKCECodeVerifier()
const parameters = {
  redirect_uri: asked.redirect_uri,
  scope: 'openid profile e_service',
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  nonce: client.randomNonce(),
  state: client.randomState(),
}
const build = asked.par ? client.buildAuthorizationUrlWithPAR : client.buildAuthorizationUrl
say((await build(config, parameters)).href)

const tokens = await client.authorizationCodeGrant(config, new URL(await hear()), {
  pkceCodeVerifier: verifier,
  expectedNonce: parameters.nonce,
  expectedState: parameters.state,
  idTokenExpected: true,
})
const claims = tokens.claims()
const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
const introspection = await client.tokenIntrospection(config, tokens.access_token)
const exchange = {
  subject_token: tokens.access_token,
  subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
}
const grant = 'urn:ietf:params:oauth:grant-type:token-exchange'
say({ claims, userinfo, introspection, exchange: await refusal(client.genericGrantRequest(config, grant, exchange)) })

await hear() // until the resident has said no
say({
  introspection: await client.tokenIntrospection(config, tokens.access_token),
  userinfo: await refusal(client.fetchUserInfo(config, tokens.access_token, claims.sub)),
  exchange: await refusal(client.genericGrantRequest(config, grant, exchange)),
})
const again = new URL((await build(config, parameters)).href)
say(again.href)
say(await refusal(client.authorizationCodeGrant(config, new URL(await hear()), {
  pkceCodeVerifier: verifier,
  expectedNonce: parameters.nonce,
  expectedState: parameters.state,
})))
process.exit(0)
