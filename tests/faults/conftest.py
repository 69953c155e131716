"""An account and a computer for each test, as they were after the last run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.account import Account, account
from tests.faults.estate import Machine


@pytest.fixture
def there() -> Iterator[Account]:
    with account() as made:
        yield made


@pytest.fixture
def machine(there: Account, tmp_path: Path) -> Machine:
    return there.machine(tmp_path)
