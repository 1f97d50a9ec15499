"""Addresses of PostgreSQL: no part of a password is shown, wherever it stands."""

import pytest

from sinkcalc.errors import UsageProblem
from sinkcalc.pipeline.postgres_url import masked, read_address


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:geheim@h:1/d", "postgresql://u:***@h:1/d"),
        ("postgresql://u:ge@heim@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u:ge?heim#@h/d?x=1", "postgresql://u:***@h/d?x=1"),
        ("postgresql://h/d?password=geheim&x=1", "postgresql://h/d?password=***&x=1"),
        ("postgresql://h/d?sslpassword=geheim", "postgresql://h/d?sslpassword=***"),
        ("postgresql://h/d?p%61ssword=geheim", "postgresql://h/d?p%61ssword=***"),
        ("postgresql://h/d?oauth_client_secret=geheim", "postgresql://h/d?oauth_client_secret=***"),
        # a @ in the value of a parameter
        ("postgresql://h/d?password=ge@heim", "postgresql://***"),
        ("postgresql://h:5432/d?password=ge@heim", "postgresql://***"),
        ("postgresql://u:ge?password=im@h/d", "postgresql://***"),
        ("postgresql://u@h/d", "postgresql://u@h/d"),
    ],
)
def test_masked(url: str, shown: str) -> None:
    assert masked(url) == shown


def test_an_address_that_is_no_text() -> None:
    with pytest.raises(UsageProblem, match=r"cannot read the address postgresql://u:\*\*\*@h"):
        read_address("postgresql://u:\udcffgeheim@h/d")
