"""Hands for a yes that the assistant carries: a sheet that is signed and witnessed, and a call."""

from gateway.demo.driving import Desk, Phone


class CarryingDesk(Desk):
    """An assistant who prints, hands in and types what is said; or the witness of a signature."""

    def print_sheet(self) -> str:
        """Open the sheet that is to be signed; return its code. The page then is the sheet."""
        self.press("/print")
        self.page.wait_for_url("**/sheet")
        return self.page.locator("#sheet-code").inner_text().strip()

    def hand_in(self, code: str, scan: bytes) -> None:
        """Hand in the signed sheet, as a photograph."""
        self.page.fill("#sheet_code", code)
        self.page.set_input_files("#sheet", {"name": "sheet.jpg", "mimeType": "image/jpeg", "buffer": scan})
        self.press("/sheet")
        self.page.locator('a[href$="panel=sheet"]').wait_for()

    def say_code(self, code: str) -> None:
        """Type the code that the resident says on the telephone."""
        self.page.fill("#code", code)
        self.press("/spoken")
        self.form("/spoken").wait_for(state="detached")

    def witness(self) -> None:
        """As the second person: look at the sheet that waits, beside its text, and confirm it."""
        self.see("/second-look")
        self.page.locator('main a[href^="/second-look/"]').first.click()
        self.press("/look")
        self.form("/confirm").wait_for()

    def confirm_sheet(self) -> None:
        """Say that it was seen being signed."""
        self.press("/confirm")
        self.form("/confirm").wait_for(state="detached")


class CalledPhone(Phone):
    """The phone of somebody who is called."""

    def follow(self, link: str) -> None:
        """Open the link that came with a spoken code."""
        self.page.goto(link)
        self.page.locator('form[action^="/a/"] button[type=submit]').first.click()
        self.page.wait_for_url("**/approve")

    def approve_heard(self, number: str) -> str:
        """Type the number that the caller says, see what would be sent, say yes; return what was shown."""
        self.page.fill("#number", number)
        self.press("/approve/number")
        self.form("/approve/heard").wait_for()
        return self.page.locator("main").inner_text()
