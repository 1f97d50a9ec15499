"""Classes and styles of map layers."""

from xml.etree import ElementTree

import pytest

from sinkcalc.report.map_styles import (
    NO_FIGURE,
    RAMP,
    Categorised,
    Graduated,
    Style,
    breaks_of,
    to_qml,
    to_sld,
)

_SLD = "{http://www.opengis.net/sld}"
_OGC = "{http://www.opengis.net/ogc}"


def test_classes_have_about_as_many_values_each() -> None:
    """Of 0 to 100 every fifth of the values ends at a multiple of 20."""
    assert breaks_of([float(value) for value in range(101)]) == (0, 20, 40, 60, 80, 100)


def test_classes_of_close_values_keep_apart() -> None:
    """Tenths are taken where whole numbers would make one class of two."""
    bounds = breaks_of([130.1, 130.2, 130.3, 130.4, 130.5, 130.6])
    assert bounds == (130.1, 130.2, 130.3, 130.4, 130.5, 130.6)


@pytest.mark.parametrize(
    ("values", "bounds"),
    [([], ()), ([7.0], (7.0, 7.1)), ([0.0, 0.0], (0.0, 1.0)), ([5.0, 5.0, 5.0], (5.0, 5.1))],
)
def test_few_or_equal_values_make_one_class(values: list[float], bounds: tuple[float, ...]) -> None:
    assert breaks_of(values) == bounds


@pytest.mark.parametrize("values", [[3e-7, 2e-7, 9e-7], [1.0, 1e9], [12.3, 45.6, 7.8]])
def test_every_value_is_in_a_class(values: list[float]) -> None:
    bounds = breaks_of(values)
    assert bounds[0] <= min(values)
    assert max(values) <= bounds[-1]
    assert list(bounds) == sorted(set(bounds))


def _graduated(breaks: tuple[float, ...]) -> Style:
    return Style("s", Graduated("carbon", breaks, "碳 < & >", "t C/ha"), '"name"', "0.1")


def test_graduated_style_shows_what_has_no_figure() -> None:
    qml = ElementTree.fromstring(to_qml(_graduated((0.0, 10.0, 20.0)), {"carbon": '碳 "t"'}))
    renderer = qml.find("renderer-v2")
    assert renderer is not None
    ranges = [(r.get("lower"), r.get("upper")) for r in renderer.iter("range")]
    assert ranges == [("0.0", "10.0"), ("10.0", "20.0"), ("-1.0", "-1.0")]
    assert renderer.get("attr") == 'coalesce("carbon", -1.0)'
    colours = [option.get("v") for option in renderer.iter("prop") if option.get("k") == "color"]
    as_text = [",".join(str(int(c[i : i + 2], 16)) for i in (1, 3, 5)) for c in (NO_FIGURE,)]
    assert colours[-1] == f"{as_text[0]},255"
    assert len(set(colours)) == 3
    (alias,) = qml.iter("alias")
    assert alias.get("name") == '碳 "t"'


def test_layer_without_figures_is_grey_alone() -> None:
    qml = ElementTree.fromstring(to_qml(_graduated(()), {}))
    assert len(list(qml.iter("range"))) == 1


def test_descriptor_tests_the_same_classes() -> None:
    sld = ElementTree.fromstring(to_sld(_graduated((0.0, 10.0, 20.0)), "stands"))
    literals = [node.text for node in sld.iter(f"{_OGC}Literal")]
    assert literals == ["0.0", "10.0", "10.0", "20.0"]
    assert len(list(sld.iter(f"{_OGC}PropertyIsNull"))) == 1
    fills = [node.text for node in sld.iter(f"{_SLD}CssParameter") if node.get("name") == "fill"]
    assert fills == [RAMP[0], RAMP[-1], NO_FIGURE]


def test_categories_keep_their_colours() -> None:
    look = Categorised("kind", (("a", "甲 · a", "#112233"), ("b", "乙 & b", "#445566")), "t")
    qml = ElementTree.fromstring(to_qml(Style("s", look, None, "0.1"), {}))
    assert [(c.get("value"), c.get("label")) for c in qml.iter("category")] == [
        ("a", "甲 · a"),
        ("b", "乙 & b"),
    ]
    assert qml.get("labelsEnabled") == "0"
