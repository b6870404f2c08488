"""Whether two people of a two-person step sit at two computers: one person with two accounts mostly has only one."""


def are_different(first: tuple[str | None, bytes | None], second: tuple[str | None, bytes | None]) -> bool:
    """Whether two computers, each its enrolled terminal and its browser's mark, are certainly different ones.

    Where neither tells them apart, as in a session from before browsers had marks, they count as one.
    """
    (terminal, browser), (other_terminal, other_browser) = first, second
    if browser is not None and browser == other_browser:
        return False
    if terminal is not None and other_terminal is not None:
        return terminal != other_terminal
    return browser is not None and other_browser is not None
