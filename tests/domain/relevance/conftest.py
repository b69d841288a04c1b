"""The people of these tests, by first name; ids are not names, so that no test leans on them."""

from collections.abc import Callable

import pytest

from s2m.domain.relevance import Present

Person = Callable[..., Present]


@pytest.fixture
def person() -> Person:
    """person("Noor", knows=["boekhouding"], needs=[...], works_on=[...], visible=False, where="bar")"""

    def build(
        name: str,
        *,
        knows: list[str] | None = None,
        works_on: list[str] | None = None,
        needs: list[str] | None = None,
        visible: bool = True,
        where: str | None = None,
        person_id: str | None = None,
    ) -> Present:
        return Present(
            person_id=person_id or f"id-of-{name}",
            first_name=name,
            knows=tuple(knows or ()),
            works_on=tuple(works_on or ()),
            needs=tuple(needs or ()),
            visible=visible,
            where=where,
        )

    return build
