"""Paths of a portal as connectors declare them."""

import re
from functools import cache


def path_fits(pattern: str, path: str) -> bool:
    """Whether a path, without its query, is the declared one; `*` in `pattern` stands for one segment."""
    return path_pattern(pattern).fullmatch(path.partition("?")[0]) is not None


@cache
def path_pattern(pattern: str) -> re.Pattern[str]:
    """The declared path as a regular expression, which JavaScript reads alike."""
    return re.compile("[^/?#]+".join(re.escape(part) for part in pattern.split("*")))
