"""Items of sampling and monitoring, with figures of the project in place of the pack's."""

from sinkcalc.ccer.own_figures import pack_figures
from sinkcalc.ccer.project import OwnParameter
from sinkcalc.ccer.sampling_items import OF_MONITORING, OF_SAMPLING
from sinkcalc.coefficients.packs import load_pack
from sinkcalc.coefficients.verified import to_verify

CODE = "CCER-14-001-V01"


def test_figures_of_the_pack() -> None:
    items = pack_figures(load_pack(CODE), OF_SAMPLING, ())
    assert sorted(items["text"]) == sorted(OF_SAMPLING)
    assert items["own_figure"].null_count() == items.height


def test_a_figure_of_the_project_stays_among_those_to_verify() -> None:
    """Plots for 20 % instead of 10 %; the confidence that equals the pack's replaces nothing."""
    own = (
        OwnParameter("sampling_relative_error", 0.2, "report", "p. 1"),
        OwnParameter("sampling_confidence", 0.9, "report", "p. 1"),
    )
    shipped = pack_figures(load_pack(CODE), OF_SAMPLING, ())
    items = pack_figures(load_pack(CODE), OF_SAMPLING, own)
    assert sorted(items["item_id"]) == sorted(shipped["item_id"])
    replaced = items.filter(items["own_figure"].is_not_null())
    assert replaced.select("text", "value", "shipped_value").rows() == [
        ("sampling_relative_error", 0.2, 0.1)
    ]
    assert to_verify(replaced).height == 1


def test_figures_that_were_read_need_no_check_until_they_are_replaced() -> None:
    """Five years are read in the Measures; six of a project are not."""
    shipped = pack_figures(load_pack(CODE), OF_MONITORING, ())
    own = (OwnParameter("vintage_years", 6, "report", "p. 1"),)
    items = pack_figures(load_pack(CODE), OF_MONITORING, own)
    assert "vintage_years" not in to_verify(shipped)["text"].to_list()
    assert "vintage_years" in to_verify(items)["text"].to_list()
