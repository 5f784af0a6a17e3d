"""The two kinds of error: `Refused`, shown as written in three parts; everything else is ours."""

from __future__ import annotations

from typing import Any


class Refused(Exception):  # noqa: N818 (a refusal is not a fault)
    """The answer is no: what is wrong, what is on record, what to do next.

    The three sentences are looked up by code in the desk's `words.py` when shown, so that both languages are made then.
    """

    def __init__(self, code: str, /, **told: Any) -> None:
        """Refuse with the code of a sentence and the values that go into it."""
        super().__init__(code)
        self.code = code
        self.told = told

    def __str__(self) -> str:
        """Code and values, for logs; people see the three parts."""
        return f"{self.code}({', '.join(f'{name}={value!r}' for name, value in self.told.items())})"


class RulesAnswerForEver(Exception):  # noqa: N818
    """Rules answered each other beyond any sensible depth; the whole telling is undone."""

    def __init__(self, chain: list[str]) -> None:
        """Keep the names of the rules that went round."""
        super().__init__(f"rules answer each other without end: {' -> '.join(chain)}")
        self.chain = chain
