"""Made-up declarations that the practice portal accepts from its first made-up resident."""

from datetime import date

from connectors.sdk.connector import Sample
from connectors.sdk.inputs import Upload

_RECEIPT = Upload("ceks.pdf", "application/pdf", b"%PDF-1.4\n% A made-up receipt of a made-up clinic.\n%%EOF\n")
_FEE = Upload("kvits.pdf", "application/pdf", b"%PDF-1.4\n% A made-up fee of a made-up school.\n%%EOF\n")


def _refund(today: date) -> dict[str, str | list[str]]:
    return {
        "tax_year": str(today.year - 1),
        "reason": "refund",
        "phone": "+37120000001",
        "email": "iedzivotajs01@piemers.example",
        "income.count": "2",
        "income.0.payer": "SIA “Paraugs”",
        "income.0.payer_number": "49999999901",
        "income.0.kind": "salary",
        "income.0.amount": "14480.50",
        "income.0.tax": "1890",
        "income.0.social": "1520.45",
        "income.1.payer": "Biedrība “Izdomas”",
        "income.1.payer_number": "49999999902",
        "income.1.kind": "royalty",
        "income.1.amount": "640.00",
        "expenses.count": "2",
        "expenses.0.what": "teeth",
        "expenses.0.for_whom": "self",
        "expenses.0.amount": "1210.00",
        "expenses.1.what": "education",
        "expenses.1.for_whom": "child",
        "expenses.1.code": "329999-00007",
        "expenses.1.amount": "85.30",
        "account": "LV78PARA0000000000001",
        "truthful": "yes",
    }


def _obliged(today: date) -> dict[str, str | list[str]]:
    answers = {name: value for name, value in _refund(today).items() if not name.startswith(("expenses.", "income.1."))}
    return answers | {"reason": "obliged", "income.count": "1", "expenses.count": "0"}


SAMPLES = (
    Sample(name="obliged", answers=_obliged),
    Sample(
        name="refund",
        answers=_refund,
        files={"expenses.0.receipt": _RECEIPT, "expenses.1.receipt": _FEE},
    ),
)
