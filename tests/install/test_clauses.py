"""Versions against clauses; the real rules, in ``packaging``, say the same."""

import pytest
from packaging.specifiers import SpecifierSet

from colab_magics.install.clauses import fits

VERSIONS = ("1.9", "2", "2.0.0", "2.0.1", "2.1.3", "2.10", "3.0", "3.11.7", "10.0")
CLAUSES = (">=2", "<2.1", "~=2.0", "~=2.0.0", "==2.0", "==2.*", "!=2.0", "!=2.1.*", ">2,<=3.0", ">=3.7,<3.12,!=3.11.7")


@pytest.mark.parametrize("clauses", CLAUSES)
def test_as_the_real_rules(clauses: str) -> None:
    expected = {version for version in VERSIONS if version in SpecifierSet(clauses)}
    assert {version for version in VERSIONS if fits(version, f"name[x] {clauses}; python_version > '9'")} == expected


def test_no_clause_is_met_by_all() -> None:
    assert fits("1.0", "name")
    assert not fits("1.0rc1", "name==1.0")
    assert not fits("odd", "name>=1")
