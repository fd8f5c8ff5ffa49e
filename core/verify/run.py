"""Running fixtures: each gives a report, also those that nothing here can check yet."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from core.errors import InputError, MeshLoupeError
from core.verify.compare import FixtureReport
from core.verify.fixtures import Fixture, find_fixtures, read_fixture
from core.verify.model_free import find_checker
from core.verify.networks import check_network, find_network

log = logging.getLogger(__name__)


def verify(
    fixtures_dir: str | Path, only: str | None = None, salt: str | None = None
) -> tuple[FixtureReport, ...]:
    """Compare every fixture below a folder with what our code computes.

    Args:
        fixtures_dir: folder of fixture folders, or one of them.
        only: name of the one fixture to run.
        salt: if given, every fixture must have been made with it.

    A damaged fixture is reported as failed, so that it does not keep the others from their turn.

    Raises:
        InputError: no fixtures, or another salt.
    """
    return tuple(verify_each(fixtures_dir, only, salt))


def verify_each(
    fixtures_dir: str | Path, only: str | None = None, salt: str | None = None
) -> Iterator[FixtureReport]:
    """`verify`, giving each report as soon as it is known."""
    for folder in find_fixtures(fixtures_dir, only):
        try:
            fixture = read_fixture(folder)
        except InputError as error:
            yield FixtureReport(folder.name, "failed", message=str(error))
            continue
        if salt is not None and fixture.salt != salt:
            raise InputError(
                f"made with the salt {fixture.salt!r}, not {salt!r}",
                path=folder,
                cure="leave --salt out, or give the fixtures that belong to it",
            )
        start = time.perf_counter()
        report = verify_fixture(fixture)
        yield replace(report, seconds=time.perf_counter() - start)


def verify_fixture(fixture: Fixture) -> FixtureReport:
    """Check one fixture."""
    report = FixtureReport(fixture.name, "passed")
    if fixture.tensors:
        row = find_network(fixture.network)
        if row is None:
            return _unsupported(fixture, f"no method has the network {fixture.network} yet")
        report = replace(report, method=row.method, preset=row.preset, variant=row.variant)
        found = check_network(fixture, row)
    else:
        checker = find_checker(fixture.network)
        if checker is None:
            return _unsupported(fixture, "nothing here checks this fixture yet")
        found = checker(fixture)
    try:
        checks = tuple(found)
    except MeshLoupeError as error:
        return replace(report, status="failed", message=str(error))
    except NotImplementedError as error:
        return replace(report, status="not supported yet", message=str(error))
    return _judged(replace(report, checks=checks))


def _unsupported(fixture: Fixture, why: str) -> FixtureReport:
    log.info("%s: %s", fixture.name, why)
    return FixtureReport(fixture.name, "not supported yet", message=why)


def _judged(report: FixtureReport) -> FixtureReport:
    """Failed when an output is beyond tolerance, or when nothing was compared at all."""
    if not report.checks:
        return replace(report, status="failed", message="the fixture holds no outputs")
    failed = [check for check in report.checks if not check.passed]
    if not failed:
        return report
    first = failed[0]
    message = (
        f"{len(failed)} of {len(report.checks)} outputs beyond tolerance, "
        f"first {first.case}/{first.name}: {first.note}"
    )
    return replace(report, status="failed", message=message)
