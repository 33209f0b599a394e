"""Our networks as each peer wants them. Every exporter refuses an operator that it doesn't know."""

from __future__ import annotations


class UnknownOperator(Exception):
    """An operator that a peer's format has no words for here."""

    def __init__(self, operator: str, format_name: str):
        super().__init__(f"the exporter to {format_name} doesn't know the operator '{operator}'")
