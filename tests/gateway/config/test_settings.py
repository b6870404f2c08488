"""Settings explain themselves, and what cannot be used is refused by name."""

from datetime import timedelta
from pathlib import Path

import pytest

from audit.cosignature import WitnessVerifier
from gateway.config import ConfigurationError, Settings
from gateway.doctor import settings_page

GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "settings.md"


def test_every_setting_has_a_default_that_can_be_used() -> None:
    settings = Settings.from_environment({})
    assert settings.mode == "live"
    assert settings.listen == ("127.0.0.1", 8000)
    assert settings.delegation_validity == timedelta(hours=2)
    assert settings.database_url.startswith("sqlite:///")


def test_what_depends_on_another_setting_follows_it() -> None:
    settings = Settings.from_environment(
        {
            "PILNVARA_URL": "https://desk.example",
            "PILNVARA_PUBLIC_URL": "https://phone.example",
            "PILNVARA_DATA_DIR": "/data",
        }
    )
    assert settings.issuer == "https://phone.example"
    assert settings.log_origin == "phone.example/log"
    assert settings.database_url == "sqlite:////data/pilnvara.db"
    assert settings.secure


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MODE", "test"),
        ("URL", "desk.example"),
        ("URL", "http://desk.example"),
        ("URL", "https://desk.example/path"),
        ("LISTEN", "8000"),
        ("LISTEN", "127.0.0.1:99999"),
        ("SESSION_IDLE", "0"),
        ("SESSION_IDLE", "a while"),
        ("CODE_LAPSE", "-1"),
        ("DATABASE_URL", "mysql://host/name"),
        ("DATABASE_URL", "sqlite://"),
        ("SMS_URL", "sms.example"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_the_name_of_its_setting(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"PILNVARA_{name} cannot be used: .+"):
        Settings.from_environment({f"PILNVARA_{name}": value})


def test_what_the_demonstration_reads_for_itself_harms_no_other_command() -> None:
    assert Settings.from_environment({"PILNVARA_DEMO_PORT": "9400"}) == Settings.from_environment({})


def test_a_name_that_is_no_setting_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="PILNVARA_LISTNE is not a setting"):
        Settings.from_environment({"PILNVARA_LISTNE": "127.0.0.1:1"})


def test_other_programs_variables_are_none_of_our_business() -> None:
    Settings.from_environment({"PATH": "/bin", "SMTP_HOST": "elsewhere"})


def test_passwords_are_not_printed() -> None:
    settings = Settings.from_environment(
        {"PILNVARA_DATABASE_URL": "postgresql://user:secret@host/name", "PILNVARA_SMS_TOKEN": "token"}
    )
    assert "secret" not in repr(settings)
    assert "token" not in repr(settings)


def test_the_guide_has_the_settings_of_this_version() -> None:
    assert GUIDE.read_text() == settings_page.as_markdown(), "run `pilnvara doctor --settings --markdown`"


class TestWitnesses:
    VKEY = WitnessVerifier("w1.example", bytes(range(32))).vkey

    def read(self, path: Path, text: str) -> Settings:
        path.write_text(text)
        return Settings.from_environment({"PILNVARA_LOG_WITNESSES": str(path)})

    def test_are_named_by_a_policy_file(self, tmp_path: Path) -> None:
        settings = self.read(tmp_path / "p", f"witness w {self.VKEY} https://w1.example/pilnvara\nquorum w\n")
        assert [each.url for each in settings.log_witnesses.witnesses] == ["https://w1.example/pilnvara"]
        assert settings.log_witnesses.demands
        assert not Settings.from_environment({}).log_witnesses.demands

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("quorum w\n", "line 1: the quorum is"),
            (f"witness w {VKEY}\nquorum w\n", "witness w: its address"),
            (f"witness w {VKEY} http://w1.example\nquorum w\n", "witness w: its address: plain http"),
            (f"witness w {VKEY} ftp://w1.example\nquorum w\n", "witness w: its address"),
        ],
    )
    def test_that_cannot_be_asked_are_refused(self, tmp_path: Path, text: str, why: str) -> None:
        with pytest.raises(ConfigurationError, match=f"PILNVARA_LOG_WITNESSES cannot be used: .*{why}"):
            self.read(tmp_path / "p", text)

    def test_whose_file_is_gone_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
            Settings.from_environment({"PILNVARA_LOG_WITNESSES": str(tmp_path / "gone")})


def test_an_auditor_without_an_address_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="nobody is no e-mail address"):
        Settings.from_environment({"PILNVARA_CHECKPOINT_MAIL": "a@b.example, nobody"})
