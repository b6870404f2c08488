"""A policy is read as C2SP tlog-policy has it, and judges who has cosigned."""

from itertools import combinations

import pytest

from audit.cosignature import WitnessSigner
from audit.errors import NoteError, PolicyError
from audit.policy import TrustPolicy
from tests.audit.builders import KEY, NOON

X1, X2, X3, Y1, Y2 = (WitnessSigner(f"w{seed}.example", bytes([seed] * 32), lambda: NOON).verifier for seed in range(5))
LINES = f"""# Whom we trust
log {KEY.verifier.vkey} https://log.example/

  witness X1 {X1.vkey} https://x1.example/log
witness\tX2\t{X2.vkey}
witness X3 {X3.vkey}
group X-witnesses 2 X1 X2 X3
witness Y1 {Y1.vkey}
witness Y2 {Y2.vkey}
group Y-witnesses any Y1 Y2
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def parse(text: str) -> TrustPolicy:
    return TrustPolicy.parse(text.encode())


class TestReading:
    def test_takes_logs_witnesses_and_addresses(self) -> None:
        policy = parse(LINES)
        assert policy.logs == (KEY.verifier,)
        assert [(each.name, each.verifier) for each in policy.witnesses][:2] == [("X1", X1), ("X2", X2)]
        assert [each.url for each in policy.witnesses][:2] == ["https://x1.example/log", None]
        assert str(policy) == "2 of (2 of X1, X2, X3), (1 of Y1, Y2)"

    def test_takes_a_policy_that_demands_nobody(self) -> None:
        policy = parse("quorum none\n")
        assert not policy.demands
        assert policy.is_met([])

    def test_takes_names_that_are_no_text(self) -> None:
        policy = TrustPolicy.parse(b"witness \xff " + X1.vkey.encode() + b"\nquorum \xff\n")
        assert policy.is_met([X1])

    @pytest.mark.parametrize(
        ("changed", "why"),
        [
            (("quorum X-and-Y\n", ""), "a policy has a quorum"),
            (("quorum X-and-Y", "quorum X-and-Y\nquorum none"), "line 13: a policy has one quorum"),
            (("quorum X-and-Y", "quorum Z"), "line 12: the quorum is"),
            (("group Y-witnesses any Y1 Y2", "group Y-witnesses any Y1 Y2 X1"), "'X1' counts in more than one way"),
            (("group Y-witnesses any Y1 Y2", "group Y-witnesses any Y1 Y1"), "'Y1' counts in more than one way"),
            (("any Y1 Y2", "any Y1 Y3"), "no line above defines 'Y3'"),
            (("any Y1 Y2", "3 Y1 Y2"), "a group of 2 cannot demand '3'"),
            (("any Y1 Y2", "0 Y1 Y2"), "a group of 2 cannot demand '0'"),
            (("any Y1 Y2", "some Y1 Y2"), "cannot demand 'some'"),
            (("any Y1 Y2", "any none Y2"), "no line above defines 'none'"),
            (("witness Y2", "witness Y1"), "the name 'Y1' is taken"),
            (("witness Y2", "witness none"), "the name 'none' is taken"),
            (("group Y-witnesses", "group X1"), "the name 'X1' is taken"),
            ((f"witness Y2 {Y2.vkey}", f"witness Y2 {Y1.vkey}"), "key stands in the policy already"),
            ((f"witness Y2 {Y2.vkey}", f"witness Y2 {KEY.verifier.vkey}"), "is not a key of type 0x04"),
            ((f"log {KEY.verifier.vkey}", f"log {X1.vkey}"), "is not a key of type 0x01"),
            (("witness X3", "wittness X3"), "'wittness' begins no line"),
            (("witness X3", "witness X3\r"), "no control characters"),
            (("group X-and-Y all X-witnesses Y-witnesses", "group X-and-Y all"), "a group is a name"),
        ],
    )
    def test_refuses_what_the_form_does_not_allow(self, changed: tuple[str, str], why: str) -> None:
        assert changed[0] in LINES
        with pytest.raises(PolicyError, match=why.replace("(", r"\(")):
            parse(LINES.replace(*changed, 1))


class TestQuorum:
    def test_is_met_by_enough_of_each_group_and_by_no_fewer(self) -> None:
        policy = parse(LINES)
        everybody = {X1: "x", X2: "x", X3: "x", Y1: "y", Y2: "y"}
        for count in range(len(everybody) + 1):
            for some in combinations(everybody, count):
                kinds = [everybody[each] for each in some]
                assert policy.is_met(some) == (kinds.count("x") >= 2 and kinds.count("y") >= 1)

    def test_does_not_count_strangers(self) -> None:
        stranger = WitnessSigner(X1.name, bytes([99] * 32), lambda: NOON).verifier
        assert not parse(f"witness X1 {X1.vkey}\nquorum X1\n").is_met([stranger])

    def test_may_be_a_number_of_keys(self) -> None:
        policy = TrustPolicy.of([X1.vkey, X2.vkey, X1.vkey], 2)
        assert not policy.is_met([X1])
        assert policy.is_met([X1, X2])
        assert not TrustPolicy.of([X1.vkey], 2).is_met([X1])
        with pytest.raises(NoteError):
            TrustPolicy.of(["nonsense"], 1)
