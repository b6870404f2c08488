"""A browser without scripts: it keeps cookies, follows redirects, and sends the forms of the page that it is on."""

import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import httpx2

from connectors.sdk.inputs import Upload
from tests.sandbox.pages import Element, Page

Wanted = str | list[str]
WAIT_SECONDS = 90.0
"""The connector's browser works meanwhile, and the machine may be busy with other tests."""
POLL_SECONDS = 0.25
"""Each look costs the gateway a page, which the connector's browser then waits for on a small machine."""
_FIELDS = frozenset({"input", "select", "textarea"})


class Window:
    """One window of one person's browser."""

    def __init__(self, url: str) -> None:
        self.url = url
        language = {"Accept-Language": "lv"}
        self._http = httpx2.Client(
            base_url=url, headers=language, follow_redirects=True, trust_env=False, verify=False, timeout=30
        )
        self.page = Page.of(httpx2.Response(204, request=httpx2.Request("GET", url)))

    def close(self) -> None:
        """Forget everything."""
        self._http.close()

    @property
    def cookies(self) -> dict[str, str]:
        """What the browser carries to the gateway, by name."""
        return {cookie.name: cookie.value or "" for cookie in self._http.cookies.jar}

    @property
    def name(self) -> str:
        """What the browser calls itself."""
        return self._http.headers["user-agent"]

    def script(self, path: str, fields: Mapping[str, str]) -> httpx2.Response:
        """Send what a page's script sends by itself; the page stays."""
        headers = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
        return self._http.post(path, data=dict(fields), headers=headers).raise_for_status()

    def see(self, path: str) -> Page:
        """Open an address of the gateway."""
        self.page = Page.of(self._http.get(path))
        return self.page

    def download(self, path: str) -> bytes:
        """A file behind a link."""
        return self._http.get(path).raise_for_status().content

    def form(self, ending: str) -> Element:
        """The form that is sent to an address with this ending."""
        found = [one for one in self.page.root.all("form") if _path(one.attributes["action"]).endswith(ending)]
        assert found, f"no form {ending} on {self.page.path} ({self.page.status}): {self.page.root.text[:600]}"
        return found[0]

    def has_form(self, ending: str) -> bool:
        """Whether the page has a form that is sent to an address with this ending."""
        return any(_path(one.attributes["action"]).endswith(ending) for one in self.page.root.all("form"))

    def links(self) -> set[str]:
        """Where the page leads."""
        return {one.attributes.get("href", "") for one in self.page.root.all("a")}

    def press(
        self, ending: str, wanted: Mapping[str, Wanted] | None = None, files: Mapping[str, Upload] | None = None
    ) -> Page:
        """Fill the form whose address ends so over what it holds, and send it by its first button."""
        return self.send(self.form(ending), wanted or {}, files or {})

    def send(self, form: Element, wanted: Mapping[str, Wanted], files: Mapping[str, Upload]) -> Page:
        """Fill a form over what it holds, and send it."""
        values = {**held(form), **filled(form, wanted)}
        target = str(self.page.response.url.join(form.attributes["action"]))
        headers = {"Sec-Fetch-Site": "same-origin"}
        if form.attributes.get("enctype") == "multipart/form-data":
            parts: list[tuple[str, tuple[str | None, bytes] | tuple[str, bytes, str]]] = [
                (name, (None, text.encode())) for name, texts in values.items() for text in texts
            ]
            parts += [(name, (file.filename, file.content, file.media_type)) for name, file in files.items()]
            response = self._http.post(target, files=parts, headers=headers)
        else:
            response = self._http.post(target, data=values, headers=headers)
        self.page = Page.of(response)
        return self.page

    def wait_until(self, look: Callable[[], bool], what: str) -> None:
        """Load the page again and again until it is as it should be."""
        deadline = time.monotonic() + WAIT_SECONDS
        path = self.page.path
        while True:
            self.see(path)
            if look():
                return
            if time.monotonic() > deadline:
                raise AssertionError(f"{path} did not come to {what}: {self.page.root.text[:900]}")
            time.sleep(POLL_SECONDS)


def held(form: Element) -> dict[str, list[str]]:
    """What a form would send as it stands, by its first button."""
    values: dict[str, list[str]] = {}
    button = next((one for one in form.all("button") if "name" in one.attributes), None)
    if button is not None and button is form.all("button")[0]:
        values[button.attributes["name"]] = [button.attributes.get("value", "")]
    for field in fields_of(form):
        kind, name = field.attributes.get("type", ""), field.attributes["name"]
        if field.tag == "select":
            chosen = [one for one in field.all("option") if "selected" in one.attributes]
            values[name] = [chosen[0].attributes["value"] if chosen else ""]
        elif field.tag == "textarea":
            values[name] = [field.text]
        elif kind in {"radio", "checkbox"}:
            if "checked" in field.attributes:
                values.setdefault(name, []).append(field.attributes["value"])
        elif kind not in {"file", "submit"}:
            values[name] = [field.attributes.get("value", "")]
    return values


def filled(form: Element, wanted: Mapping[str, Wanted]) -> dict[str, list[str]]:
    """What somebody types and chooses, under the names of the form's controls."""
    known = {field.attributes["name"]: field for field in fields_of(form)}
    values: dict[str, list[str]] = {}
    for name, value in wanted.items():
        if name not in known:
            parts = [f"{name}-{part}" for part in ("year", "month", "day")]
            assert known.keys() >= set(parts), f"the form does not ask {name}, only {sorted(known)}"
            values |= {part: [text] for part, text in zip(parts, str(value).split("-"), strict=True)}
        elif known[name].attributes.get("type") == "checkbox" and value == "yes":
            values[name] = [known[name].attributes["value"]]  # a lone box is ticked whatever value it sends
        else:
            values[name] = [value] if isinstance(value, str) else value
    return values


def fields_of(form: Element) -> list[Element]:
    """Every control that can be sent."""
    return [one for one in form.walk() if one.tag in _FIELDS and one.attributes.get("name")]


def _path(address: str) -> str:
    return urlsplit(address).path
