"""Every figure that the R package survey gave, by the command line.

`python tests/real/test_sampling_cases.py` prints them side by side.
"""

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from sinkcalc.cli.main import cli

CASES = Path(__file__).parents[3] / "shared" / "cases" / "survey"
pytestmark = pytest.mark.skipif(
    not CASES.is_dir(), reason="cases of the sampling estimators are not there"
)
# 17 digits are printed; sums over 150 plots lose four of them at most
RELATIVE = 1e-9
# where an error is 0, rounding may leave this share of the figure
OF_FIGURE = 1e-6
# of a case's name -> options; the files of sizes are made by `_sizes`
STRATIFIED = ("stratified_plots.csv", "--stratum", "stratum", "--sizes", "strata.csv")
SIMPLE = ("srs_poststrat_plots.csv", "--size", "30000")
POSTSTRATIFIED = ("srs_poststrat_plots.csv", "--poststratum", "poststratum", "--sizes", "post.csv")
GREG = ("greg_plots.csv", "--size", "20000", "--fpc")


class Figure(NamedTuple):
    """What was expected: figure and error; the error of a covariance is not given."""

    estimate: float
    se: float | None


class Asked(NamedTuple):
    """A command, and the row of its output that holds the figure."""

    command: tuple[str, ...]
    stat: str
    domain: str | None = None


def expected() -> dict[tuple[str, str], Figure]:
    """Read the expected figures."""
    with (CASES / "expected.csv").open(encoding="utf-8") as file:
        return {
            (row["case"], row["stat"]): Figure(
                float(row["estimate"]), None if "NA" in row["se"] else float(row["se"])
            )
            for row in csv.DictReader(file)
        }


def asked() -> Iterator[tuple[tuple[str, str], Asked]]:
    """Give the command behind every figure."""
    for fpc, suffix in (((), "nofpc"), (("--fpc",), "fpc")):
        yield from _stratified(f"stratified_{suffix}", (*STRATIFIED, *fpc))
        for name in ("vol", "forest", "soc"):
            total = ("total", *SIMPLE, *fpc, "--y", name)
            yield (f"srs_{suffix}", f"total_{name}"), Asked(total, "total")
        yield from _poststratified(f"poststrat_{suffix}", (*POSTSTRATIFIED, *fpc))
    for name in ("vol", "forest", "soc"):
        command = ("total", *POSTSTRATIFIED, "--estimator", "bp2005", "--y", name)
        yield ("poststrat_BP2005", f"total_{name}"), Asked(command, "total")
    greg = ("total", *GREG, "--y", "vol", "--estimator", "greg", "--aux", "chm=242000")
    yield ("greg_chm", "total_vol"), Asked(greg, "total")
    yield ("greg_chm", "total_vol_unassisted"), Asked(("total", *GREG, "--y", "vol"), "total")


def _stratified(case: str, design: tuple[str, ...]) -> Iterator[tuple[tuple[str, str], Asked]]:
    for name in ("vol1", "vol2", "agb2", "area_ha"):
        for stat in ("total", "mean"):
            yield (case, f"{stat}_{name}"), Asked((stat, *design, "--y", name), stat)
    ratio = ("ratio", *design, "--y", "vol2", "--x", "area_ha")
    yield (case, "ratio_vol2_per_ha"), Asked(ratio, "ratio")
    change = ("change", *design, "--y", "vol1", "--y2", "vol2")
    yield (case, "change_total_vol"), Asked(change, "change")
    yield (case, "cov_vol1_vol2_totals"), Asked(change, "covariance")
    yield (case, "relative_change"), Asked(change, "relative_change")
    for domain in "ABC":
        total = ("total", *design, "--y", "vol2", "--domain", "county")
        yield (case, f"domain_total_vol2_{domain}"), Asked(total, "total", domain)
        by_county = (*ratio, "--domain", "county")
        yield (case, f"domain_ratio_vol2_ha_{domain}"), Asked(by_county, "ratio", domain)


def _poststratified(case: str, design: tuple[str, ...]) -> Iterator[tuple[tuple[str, str], Asked]]:
    for name in ("vol", "forest", "soc"):
        for stat in ("total", "mean"):
            yield (case, f"{stat}_{name}"), Asked((stat, *design, "--y", name), stat)
    ratio = ("ratio", *design, "--y", "vol", "--x", "forest")
    yield (case, "ratio_vol_per_forest_plot"), Asked(ratio, "ratio")
    change = ("change", *design, "--y", "vol_prev", "--y2", "vol")
    yield (case, "change_total_vol"), Asked(change, "change")


def _sizes(folder: Path) -> None:
    """Write the files of sizes: one column is called `size`."""
    with (CASES / "stratified_plots.csv").open(encoding="utf-8") as file:
        strata = {row["stratum"]: row["N_h"] for row in csv.DictReader(file)}
    with (CASES / "poststrat_sizes.csv").open(encoding="utf-8") as file:
        classes = {row["poststratum"]: row["N_g"] for row in csv.DictReader(file)}
    for name, key, sizes in (
        ("strata", "stratum", strata),
        ("post", "poststratum", classes),
    ):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([(key, "size"), *sizes.items()])


def answers(folder: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Run every command once and pick the row of every figure."""
    _sizes(folder)
    printed: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    found = {}
    for key, ask in asked():
        if ask.command not in printed:
            stat, plots, *options = ask.command
            options = [str(folder / o) if o.endswith(".csv") else o for o in options]
            command = ["--quiet", "survey", stat, str(CASES / plots), *options, "--json"]
            done = CliRunner().invoke(cli, command, catch_exceptions=False)
            printed[ask.command] = json.loads(done.stdout)
        (found[key],) = [
            row
            for row in printed[ask.command]
            if row["stat"] == ask.stat and row["domain"] == ask.domain and row["unit"] is None
        ]
    return found


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], dict[str, Any]]:
    return answers(tmp_path_factory.mktemp("cases"))


def _close(ours: float, theirs: float, estimate: float) -> bool:
    return abs(ours - theirs) <= RELATIVE * max(abs(theirs), OF_FIGURE * abs(estimate))


def test_every_figure_agrees(computed: dict[tuple[str, str], dict[str, Any]]) -> None:
    wanted = {key: figure for key, figure in expected().items() if "independent" not in key[1]}
    assert computed.keys() == wanted.keys()
    apart = [
        key
        for key, figure in wanted.items()
        if not _close(computed[key]["value"], figure.estimate, figure.estimate)
        or not (figure.se is None or _close(computed[key]["se"], figure.se, figure.estimate))
    ]
    assert apart == []


def test_paired_plots_are_not_taken_as_independent(
    computed: dict[tuple[str, str], dict[str, Any]],
) -> None:
    """The row marked wrong: the same change, with an error that leaves the covariance out."""
    wrong = {key: figure for key, figure in expected().items() if "independent" in key[1]}
    assert len(wrong) == 2
    for (case, _), figure in wrong.items():
        ours = computed[(case, "change_total_vol")]
        assert _close(ours["value"], figure.estimate, figure.estimate)
        assert figure.se is not None
        assert ours["se"] < figure.se / 3


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        ours = answers(Path(made))
    for key, figure in expected().items():
        row = ours.get(key, {"value": None, "se": None})
        sys.stdout.write(
            f"{' '.join(key):52} {figure.estimate!r:>24} {row['value']!r:>24} "
            f"{figure.se!r:>24} {row['se']!r:>24}\n"
        )
