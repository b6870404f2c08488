"""Who comes through a proxy is told apart by what the proxy says, and nobody can say it in the proxy's place."""

from pathlib import Path

import pytest

from gateway.config import ConfigurationError, Settings
from gateway.doctor import services
from gateway.doctor.finding import Health
from gateway.web.addresses import networks, origin_of
from tests.gateway.callers import Callers

PROXY, STRANGER = "10.0.0.7", "203.0.113.9"
TRUSTED = networks(("10.0.0.0/24", "fd00:1::/64"))


def seen(peer: str = PROXY, **headers: str) -> str:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return origin_of(peer, raw, TRUSTED)


class TestWhoIsBelieved:
    def test_a_stranger_is_not_believed_about_others(self) -> None:
        assert seen(STRANGER, x_forwarded_for="198.51.100.1", forwarded="for=198.51.100.1") == STRANGER

    def test_a_trusted_proxy_is(self) -> None:
        assert seen(x_forwarded_for=STRANGER) == STRANGER
        assert seen("fd00:1::2", x_forwarded_for=STRANGER) == STRANGER

    def test_without_a_header_the_proxy_itself_calls(self) -> None:
        assert seen() == PROXY

    def test_what_is_no_address_stands_for_itself(self) -> None:
        assert seen("unknown", x_forwarded_for=STRANGER) == "unknown"


class TestXForwardedFor:
    @pytest.mark.parametrize(
        "value",
        [
            f"198.51.100.1, {STRANGER}",
            f"198.51.100.1, {STRANGER}, 10.0.0.3",
            f"nonsense, {STRANGER}",
            f"{STRANGER}:4711",
            f" {STRANGER} ",
            f"::ffff:{STRANGER}",
        ],
    )
    def test_the_rightmost_address_that_is_no_trusted_proxy_counts(self, value: str) -> None:
        assert seen(x_forwarded_for=value) == STRANGER

    def test_several_headers_are_one_list(self) -> None:
        raw = [(b"X-Forwarded-For", b"198.51.100.1"), (b"x-forwarded-for", STRANGER.encode())]
        assert origin_of(PROXY, raw, TRUSTED) == STRANGER

    def test_a_caller_within_the_trusted_network_is_found(self) -> None:
        assert seen(x_forwarded_for="10.0.0.9, 10.0.0.3") == "10.0.0.9"

    @pytest.mark.parametrize("value", ["", ",", "unknown", "203.0.113.9,", "203.0.113", "[2001:db8::1"])
    def test_one_that_cannot_be_read_leaves_the_proxy(self, value: str) -> None:
        assert seen(x_forwarded_for=value) == PROXY


class TestForwarded:
    @pytest.mark.parametrize(
        "value",
        [
            f"for={STRANGER}",
            f"for=198.51.100.1, for={STRANGER};proto=https;by=10.0.0.7",
            f'proto=https;For="{STRANGER}:47011"',
            f'for="198.51.100.1, for=x", for={STRANGER}, for=10.0.0.3',
            f"for={STRANGER}:80",
        ],
    )
    def test_it_is_read_by_its_own_grammar(self, value: str) -> None:
        assert seen(forwarded=value) == STRANGER

    def test_an_ipv6_address_stands_in_brackets(self) -> None:
        assert seen(forwarded='for="[2001:db8:cafe::17]:4711"') == "2001:db8:cafe::/64"

    @pytest.mark.parametrize(
        "value",
        [
            "for=_hidden",
            "for=unknown",
            "proto=https",
            "for",
            f'for="{STRANGER}',
            f"for={STRANGER} x",
        ],
    )
    def test_one_that_names_no_address_leaves_the_proxy(self, value: str) -> None:
        assert seen(forwarded=value) == PROXY

    def test_an_open_quote_of_the_callers_does_not_swallow_what_the_proxy_adds(self) -> None:
        assert seen(forwarded=f'for=198.51.100.1;by=", for="{STRANGER}:80"') == PROXY

    def test_two_headers_that_contradict_each_other_leave_the_proxy(self) -> None:
        assert seen(x_forwarded_for=STRANGER, forwarded="for=198.51.100.1") == PROXY
        assert seen(x_forwarded_for=STRANGER, forwarded=f"for={STRANGER}") == STRANGER


class TestIPv6:
    def test_a_household_cannot_try_from_each_of_its_addresses(self) -> None:
        assert seen("2001:db8:1:2::1") == seen("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
        assert seen("2001:db8:1:3::1") != seen("2001:db8:1:2::1")

    def test_ipv4_in_ipv6_clothes_is_ipv4(self) -> None:
        assert seen(f"::ffff:{STRANGER}") == STRANGER
        assert seen(f"::ffff:{PROXY}", x_forwarded_for=STRANGER) == STRANGER


class TestAtADoor:
    """`/terminal/enrol` takes ten tries of an address within a quarter of an hour."""

    @pytest.fixture
    def settings(self, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
        """Settings with the networks that the test trusts."""
        return Settings.from_environment(
            {"PILNVARA_DATA_DIR": str(tmp_path / "data"), "PILNVARA_TRUSTED_PROXIES": request.param}
        )

    def _statuses(self, callers: Callers) -> tuple[int, int]:
        """The last of 11 tries of one stranger, and the next one's of another."""
        caller = callers.nobody()
        caller.csrf = caller.get("/terminal/enrol").csrf
        statuses = [caller.post("/terminal/enrol", x_forwarded_for=STRANGER).status for _ in range(11)]
        return statuses[-1], caller.post("/terminal/enrol", x_forwarded_for="198.51.100.1").status

    @pytest.mark.parametrize("settings", ["127.0.0.0/8"], indirect=True)
    def test_one_who_tries_too_often_shuts_it_for_no_other_caller_of_a_trusted_proxy(self, callers: Callers) -> None:
        assert self._statuses(callers) == (429, 404)

    @pytest.mark.parametrize("settings", [""], indirect=True)
    def test_a_made_up_address_opens_nothing(self, callers: Callers) -> None:
        assert self._statuses(callers) == (429, 429)


class TestSetting:
    def test_networks_are_read(self) -> None:
        given = Settings.from_environment({"PILNVARA_TRUSTED_PROXIES": "10.0.0.7, fd00:1::/64"})
        assert given.trusted_proxies == ("10.0.0.7/32", "fd00:1::/64")
        assert Settings.from_environment({}).trusted_proxies == ()

    @pytest.mark.parametrize("value", ["proxy.example", "10.0.0.1/8", "0.0.0.0/0", "::/0"])
    def test_what_names_no_network_or_everybody_is_refused(self, value: str) -> None:
        with pytest.raises(ConfigurationError, match="PILNVARA_TRUSTED_PROXIES"):
            Settings.from_environment({"PILNVARA_TRUSTED_PROXIES": value})

    def test_the_doctor_says_when_a_tls_proxy_is_not_believed(self) -> None:
        https = {"PILNVARA_URL": "https://desk.example"}
        assert services.proxies(Settings.from_environment(https)).health is Health.NOTE
        believed = Settings.from_environment(https | {"PILNVARA_TRUSTED_PROXIES": "10.0.0.7"})
        assert services.proxies(believed).health is Health.OK
        assert services.proxies(Settings.from_environment({})).health is Health.OK
