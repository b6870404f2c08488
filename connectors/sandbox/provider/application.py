"""The provider's pages and endpoints."""

import base64
import binascii
import hmac
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus, urlencode

from litestar import Litestar, Request, Response, Router, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency

from connectors.sandbox.faults import Faults
from connectors.sandbox.pages import PageError, build_application, page, see_other
from connectors.sandbox.provider.requests import (
    ACR_HIGH,
    ACR_SUBSTANTIAL,
    SCOPES,
    AuthorizationRequest,
    RefusedRequestError,
    UntrustedRequestError,
    read_request,
)
from connectors.sandbox.provider.tokens import METHODS, Login, TokenDesk
from connectors.sandbox.residents import RESIDENTS, find_resident
from connectors.sandbox.settings import Client

COOKIE = "pieteiksanas_sesija"
_NO_STORE = {"Cache-Control": "no-store"}
AnyRequest = Request[Any, Any, Any]


class ProviderDesk:
    """One provider's state."""

    def __init__(
        self,
        issuer: str,
        clients: Iterable[Client],
        pin: str,
        session_length: timedelta,
        now: Callable[[], datetime],
        faults: Faults,
    ) -> None:
        self.issuer = issuer
        self.clients = {client.client_id: client for client in clients}
        self.tokens = TokenDesk(issuer, now)
        self.now = now
        self._pin = pin
        self._faults = faults
        self._session_length = session_length
        self._requests: dict[str, AuthorizationRequest] = {}
        self._sessions: dict[str, Login] = {}

    def register(self, client: Client) -> None:
        """Know one more relying party."""
        self.clients[client.client_id] = client

    def keep(self, request: AuthorizationRequest) -> str:
        """Keep a request while its page is shown; the page's key to it."""
        handle = secrets.token_urlsafe(24)
        self._requests[handle] = request
        return handle

    def kept(self, handle: str, *, take: bool = False) -> AuthorizationRequest:
        """A request that is being shown.

        Raises:
            PageError: there is none.
        """
        request = self._requests.pop(handle, None) if take else self._requests.get(handle)
        if request is None:
            raise PageError(400, "Pieprasījums ir novecojis", "Atgriezieties un sāciet pieteikšanos no jauna.")
        return request

    def pin_is(self, pin: str) -> bool:
        """Whether a PIN is the one PIN."""
        return hmac.compare_digest(pin.strip().encode(), self._pin.encode())

    def remember(self, login: Login) -> str:
        """Open a session; its cookie's value."""
        token = secrets.token_urlsafe(32)
        self._sessions[token] = login
        return token

    def live(self, token: str | None, request: AuthorizationRequest) -> Login | None:
        """Who is signed in already, when the request is content with that, or the provider does not care."""
        login = self._sessions.get(token or "")
        if "reuses_sign_in" in self._faults:
            return login
        if login is None or request.wants_fresh:
            return None
        age = self.now() - login.at
        if age >= self._session_length or (request.max_age is not None and age.total_seconds() > request.max_age):
            return None
        return login if not request.acr_values or login.acr in request.acr_values else None

    def forget(self, token: str | None) -> None:
        """Close a session."""
        self._sessions.pop(token or "", None)

    def clear(self) -> None:
        """Forget sessions, requests, codes and tokens."""
        self._sessions.clear()
        self._requests.clear()
        self.tokens.clear()


@get("/", sync_to_thread=False)
def home() -> Response[str]:
    """Who the made-up residents are."""
    return page("provider/home.html", residents=RESIDENTS)


@get("/.well-known/openid-configuration", sync_to_thread=False)
def metadata(provider: NamedDependency[ProviderDesk]) -> dict[str, Any]:
    """Provider metadata (OpenID Connect Discovery section 3)."""
    issuer = provider.issuer
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks.json",
        "end_session_endpoint": f"{issuer}/end_session",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "select_account"],
        "acr_values_supported": [ACR_SUBSTANTIAL, ACR_HIGH],
        "scopes_supported": sorted(SCOPES - {"offline_access"}),
        "claims_supported": [
            "sub", "name", "given_name", "family_name", "birthdate", "personal_code", "email", "email_verified",
            "phone_number", "phone_number_verified", "address", "acr", "amr", "auth_time",
        ],
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "ui_locales_supported": ["lv"],
    }  # fmt: skip


@get("/jwks.json", sync_to_thread=False)
def public_keys(provider: NamedDependency[ProviderDesk]) -> dict[str, Any]:
    """The signing key's public half."""
    return provider.tokens.public_keys()


@get("/authorize", sync_to_thread=False)
def authorize(request: AnyRequest, provider: NamedDependency[ProviderDesk]) -> Response[str] | Response[None]:
    """Show the sign-in page, or answer at once when somebody is signed in and that does."""
    query = {str(name): str(value) for name, value in request.query_params.items()}
    try:
        asked = read_request(query, provider.clients, provider.issuer)
    except UntrustedRequestError as error:
        raise PageError(400, "Nezināms pieprasītājs", "Pieprasītājs vai tā atgriešanās adrese nav zināma.") from error
    except RefusedRequestError as error:
        return see_other(error.location)
    login = provider.live(request.cookies.get(COOKIE), asked)
    if login:
        return see_other(asked.location(provider.issuer, code=provider.tokens.issue_code(asked, login)))
    if "none" in asked.prompt:
        return see_other(asked.location(provider.issuer, error="login_required"))
    return _sign_in_page(provider.keep(asked), asked.login_hint.removeprefix("PK:"))


def _sign_in_page(handle: str, chosen: str, method: str = "eid", message: str = "") -> Response[str]:
    return page(
        "provider/sign_in.html",
        422 if message else 200,
        handle=handle,
        residents=RESIDENTS,
        methods=METHODS,
        chosen=chosen,
        method=method,
        message=message,
    )


@post("/authorize")
async def sign_in(request: AnyRequest, provider: NamedDependency[ProviderDesk]) -> Response[str] | Response[None]:
    """Take who, how and the PIN; or a refusal."""
    form = {str(name): str(value) for name, value in (await request.form()).items()}
    handle = form.get("pieprasijums", "")
    if "atteikt" in form:
        asked = provider.kept(handle, take=True)
        return see_other(asked.location(provider.issuer, error="access_denied"))
    asked = provider.kept(handle)
    resident = find_resident(form.get("iedzivotajs", ""))
    method = form.get("metode", "")
    if resident is None or method not in METHODS:
        return _sign_in_page(handle, form.get("iedzivotajs", ""), message="Izvēlieties personu un pieteikšanās veidu.")
    if not provider.pin_is(form.get("pin", "")):
        return _sign_in_page(handle, resident.personal_code, method, "PIN kods nav pareizs.")
    provider.kept(handle, take=True)
    login = Login(resident, method, provider.now())
    provider.forget(request.cookies.get(COOKIE))
    answer = see_other(asked.location(provider.issuer, code=provider.tokens.issue_code(asked, login)))
    answer.set_cookie(Cookie(COOKIE, value=provider.remember(login), httponly=True, samesite="lax"))
    return answer


def _client_of(request: AnyRequest, form: dict[str, str], provider: ProviderDesk) -> Client | None:
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, pair = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(pair, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        client_id, secret = unquote_plus(client_id), unquote_plus(secret)
    client = provider.clients.get(client_id)
    if client is None or not hmac.compare_digest(client.secret.encode(), secret.encode()):
        return None
    return client


@post("/token", status_code=200)
async def token(request: AnyRequest, provider: NamedDependency[ProviderDesk]) -> Response[dict[str, Any]]:
    """Redeem a code (RFC 6749 section 4.1.3)."""
    form = {str(name): str(value) for name, value in (await request.form()).items()}
    client = _client_of(request, form, provider)
    if client is None:
        headers = {**_NO_STORE, "WWW-Authenticate": 'Basic realm="token"'}
        return Response({"error": "invalid_client"}, status_code=401, headers=headers)
    if form.get("grant_type") != "authorization_code":
        return Response({"error": "unsupported_grant_type"}, status_code=400, headers=_NO_STORE)
    tokens = provider.tokens.redeem(
        form.get("code", ""), client.client_id, form.get("redirect_uri", ""), form.get("code_verifier", "")
    )
    if tokens is None:
        return Response({"error": "invalid_grant"}, status_code=400, headers=_NO_STORE)
    return Response(tokens, headers=_NO_STORE)


@get("/userinfo", sync_to_thread=False)
def userinfo(request: AnyRequest, provider: NamedDependency[ProviderDesk]) -> Response[dict[str, Any]]:
    """Claims about whoever an access token is about (OpenID Connect Core section 5.3)."""
    scheme, _, access = request.headers.get("authorization", "").partition(" ")
    claims = provider.tokens.userinfo(access) if scheme.lower() == "bearer" else None
    if claims is None:
        headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        return Response({"error": "invalid_token"}, status_code=401, headers=headers)
    return Response(claims, headers=_NO_STORE)


@get("/end_session", sync_to_thread=False)
def end_session(request: AnyRequest, provider: NamedDependency[ProviderDesk]) -> Response[None] | Response[str]:
    """Close the session (OpenID Connect RP-Initiated Logout); go back where a client is registered to."""
    provider.forget(request.cookies.get(COOKIE))
    target = request.query_params.get("post_logout_redirect_uri", "")
    state = request.query_params.get("state", "")
    known = any(target in client.post_logout_redirect_uris for client in provider.clients.values())
    answer: Response[None] | Response[str]
    if known:
        answer = see_other(target + (f"?{urlencode({'state': state})}" if state else ""))
    else:
        answer = page("provider/error.html", title="Jūs esat izgājis", message="Pieteikšanās sesija ir beigusies.")
    answer.delete_cookie(COOKIE)
    return answer


@get("/_sandbox/residents", sync_to_thread=False)
def list_residents(provider: NamedDependency[ProviderDesk]) -> dict[str, Any]:
    """The made-up residents, for tests and the demo."""
    return {
        "residents": [
            {
                "sub": one.subject,
                "personal_code": one.personal_code,
                "given_name": one.given_name,
                "family_name": one.family_name,
                "birthdate": one.birthdate,
                "phone_number": one.phone,
                "phone_number_verified": one.phone_verified,
                "email": one.email,
                "address": one.address,
            }
            for one in RESIDENTS
        ],
        "issuer": provider.issuer,
    }


def build_provider(desk: ProviderDesk, control: object, control_router: Router) -> Litestar:
    """The provider as one ASGI application."""
    return build_application(
        [
            home,
            metadata,
            public_keys,
            authorize,
            sign_in,
            token,
            userinfo,
            end_session,
            list_residents,
            control_router,
        ],
        {"provider": desk, "control": control},
        "provider/error.html",
    )
