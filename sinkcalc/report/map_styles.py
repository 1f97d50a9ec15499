"""Styles of map layers in the forms that QGIS and other programs read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

# YlGn of ColorBrewer 2.0 (C. Brewer), marked there as safe for the colour-blind
RAMP: Final = ("#ffffcc", "#c2e699", "#78c679", "#31a354", "#006837")
# of what has no figure
NO_FIGURE: Final = "#d9d9d9"
_OUTLINE: Final = "#4d4d4d"
_FURTHER_DIGITS: Final = 3


@dataclass(frozen=True)
class Graduated:
    """Classes of one figure.

    Attributes
    ----------
    column
        Column of the figure; where it is null the record is grey.
    breaks
        Bounds of the classes, one more than there are classes, in ascending order.
    title
        What the figure is, with its unit.
    unit
        Written after the bounds of every class, for a legend shows no title of a style.
    """

    column: str
    breaks: tuple[float, ...]
    title: str
    unit: str


@dataclass(frozen=True)
class Categorised:
    """One colour a word: `categories` are (word, label, colour) in the order of the legend."""

    column: str
    categories: tuple[tuple[str, str, str], ...]
    title: str


Look = Graduated | Categorised


@dataclass(frozen=True)
class Style:
    """How a layer looks.

    Attributes
    ----------
    name
        By which it is chosen in QGIS.
    label
        QGIS expression that is written on the polygons; None: nothing.
    outline_mm
        Width of the outline.
    """

    name: str
    look: Look
    label: str | None
    outline_mm: str


@dataclass(frozen=True)
class _Rule:
    """One entry of a legend: colour, label, and what it holds (bounds, word, or neither)."""

    colour: str
    label: str
    bounds: tuple[float, float] | None = None
    word: str | None = None


def breaks_of(values: Sequence[float]) -> tuple[float, ...]:
    """Return bounds of at most five classes of about as many values each, at round numbers.

    Round: to two significant digits of the range, or to as many more as keep the classes apart.
    Bounds that still coincide are one, so that few or equal values have fewer classes.

    Examples
    --------
    >>> breaks_of([12.3, 20.1, 33.0, 41.7, 50.2, 68.9])
    (12.0, 20.0, 33.0, 42.0, 50.0, 69.0)
    >>> breaks_of([129.2, 129.6, 130.4, 130.8, 131.1, 131.7, 140.3])
    (129.0, 129.7, 130.5, 130.9, 131.6, 140.4)
    >>> breaks_of([])
    ()
    """
    import math

    import numpy as np

    if not len(values):
        return ()
    found = np.quantile(np.asarray(values, float), np.linspace(0, 1, len(RAMP) + 1)).tolist()
    span = found[-1] - found[0] or abs(found[-1])
    start = 1 - math.floor(math.log10(span)) if span > 0 else 0
    bounds: list[float] = []
    for digits in range(start, start + _FURTHER_DIGITS):
        step = 10.0**-digits
        first, last = (math.floor(found[0] / step) * step, math.ceil(found[-1] / step) * step)
        # the product of a whole number and a step may be off in the last digit
        bounds = sorted({round(bound, digits) for bound in (first, *found[1:-1], last)})
        if len(bounds) == len(found):
            break
    # of equal values one class is left
    return tuple(bounds) if len(bounds) > 1 else (bounds[0], bounds[0] + 10.0**-start)


def _rules(look: Look) -> list[_Rule]:
    if isinstance(look, Categorised):
        return [_Rule(colour, label, word=word) for word, label, colour in look.categories]
    classes = list(zip(look.breaks, look.breaks[1:], strict=False))
    colours = _spread(len(classes))
    rules = [
        _Rule(colour, f"{_number(low)} – {_number(high)} {look.unit}", bounds=(low, high))
        for colour, (low, high) in zip(colours, classes, strict=True)
    ]
    return [*rules, _Rule(NO_FIGURE, "未估算 · not estimated")]


def _spread(number: int) -> list[str]:
    """Return colours from the whole ramp for any number of classes."""
    if number <= 1:
        return [RAMP[len(RAMP) // 2]] * number
    return [RAMP[round(place * (len(RAMP) - 1) / (number - 1))] for place in range(number)]


def _number(value: float) -> str:
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def _absent(look: Graduated) -> float:
    """Return a value below every class, which stands for no figure."""
    return min(-1.0, look.breaks[0] - 1.0 if look.breaks else -1.0)


def to_qml(style: Style, aliases: Mapping[str, str]) -> str:
    """Return a style as QGIS keeps it (QML).

    Parameters
    ----------
    aliases
        Column -> name shown in forms and tables.
    """
    look, rules = style.look, _rules(style.look)
    symbols = "".join(_symbol(i, rule.colour, style.outline_mm) for i, rule in enumerate(rules))
    if isinstance(look, Categorised):
        entries = "".join(
            f'<category render="true" type="string" symbol="{i}" value={quoteattr(r.word or "")} '
            f"label={quoteattr(r.label)}/>"
            for i, r in enumerate(rules)
        )
        renderer = (
            f'<renderer-v2 type="categorizedSymbol" attr="{look.column}" {_COMMON}>'
            f"<categories>{entries}</categories><symbols>{symbols}</symbols></renderer-v2>"
        )
    else:
        none = _absent(look)
        entries = "".join(
            f'<range render="true" symbol="{i}" lower="{low!r}" upper="{high!r}" '
            f"label={quoteattr(r.label)}/>"
            for i, r in enumerate(rules)
            for low, high in (r.bounds or (none, none),)
        )
        attribute = quoteattr(f'coalesce("{look.column}", {none!r})')
        renderer = (
            f'<renderer-v2 type="graduatedSymbol" graduatedMethod="GraduatedColor" '
            f"attr={attribute} {_COMMON}>"
            f"<ranges>{entries}</ranges><symbols>{symbols}</symbols></renderer-v2>"
        )
    names = "".join(
        f'<alias index="{i}" field={quoteattr(column)} name={quoteattr(text)}/>'
        for i, (column, text) in enumerate(aliases.items(), start=1)
    )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        f'<qgis version="3.22.0" labelsEnabled="{int(style.label is not None)}" '
        'styleCategories="Symbology|Labeling|Fields">'
        f"{renderer}{_labeling(style.label)}<aliases>{names}</aliases></qgis>"
    )


_COMMON: Final = 'symbollevels="0" enableorderby="0" forceraster="0"'


def _symbol(name: int, colour: str, outline_mm: str) -> str:
    options = {
        "color": f"{_rgb(colour)},255",
        "outline_color": f"{_rgb(_OUTLINE)},255",
        "outline_style": "solid",
        "outline_width": outline_mm,
        "outline_width_unit": "MM",
        "style": "solid",
    }
    listed = "".join(
        f'<Option name="{key}" type="QString" value="{value}"/>' for key, value in options.items()
    )
    # older versions read these
    props = "".join(f'<prop k="{key}" v="{value}"/>' for key, value in options.items())
    return (
        f'<symbol type="fill" name="{name}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="SimpleFill" enabled="1" locked="0" pass="0">'
        f'<Option type="Map">{listed}</Option>{props}</layer></symbol>'
    )


def _rgb(colour: str) -> str:
    return ",".join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))


def _labeling(expression: str | None) -> str:
    if expression is None:
        return ""
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f'<text-style fieldName={quoteattr(expression)} isExpression="1" fontSize="10" '
        'fontSizeUnit="Point" textColor="26,26,26,255">'
        '<text-buffer bufferDraw="1" bufferSize="0.6" bufferSizeUnits="MM" '
        'bufferColor="255,255,255,255" bufferOpacity="1"/></text-style>'
        '<placement placement="1" centroidInside="1" centroidWhole="1"/>'
        '<rendering obstacle="1" drawLabels="1"/></settings></labeling>'
    )


def to_sld(style: Style, layer: str) -> str:
    """Return a style as a Styled Layer Descriptor 1.0 of the OGC."""
    look = style.look
    rules = "".join(_sld_rule(rule, look.column, style.outline_mm) for rule in _rules(look))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<StyledLayerDescriptor xmlns="http://www.opengis.net/sld" '
        'xmlns:ogc="http://www.opengis.net/ogc" version="1.0.0">'
        f"<NamedLayer><Name>{escape(layer)}</Name><UserStyle><Title>{escape(look.title)}</Title>"
        f"<FeatureTypeStyle>{rules}</FeatureTypeStyle></UserStyle></NamedLayer>"
        "</StyledLayerDescriptor>"
    )


def _sld_rule(rule: _Rule, column: str, outline_mm: str) -> str:
    name = f"<ogc:PropertyName>{escape(column)}</ogc:PropertyName>"

    def compared(how: str, value: str) -> str:
        literal = f"<ogc:Literal>{escape(value)}</ogc:Literal>"
        return f"<ogc:PropertyIs{how}>{name}{literal}</ogc:PropertyIs{how}>"

    if rule.bounds is not None:
        low, high = (repr(bound) for bound in rule.bounds)
        both = compared("GreaterThanOrEqualTo", low) + compared("LessThanOrEqualTo", high)
        test = f"<ogc:And>{both}</ogc:And>"
    elif rule.word is not None:
        test = compared("EqualTo", rule.word)
    else:
        test = f"<ogc:PropertyIsNull>{name}</ogc:PropertyIsNull>"
    return (
        f"<Rule><Title>{escape(rule.label)}</Title><ogc:Filter>{test}</ogc:Filter>"
        f'<PolygonSymbolizer><Fill><CssParameter name="fill">{rule.colour}</CssParameter></Fill>'
        f'<Stroke><CssParameter name="stroke">{_OUTLINE}</CssParameter>'
        f'<CssParameter name="stroke-width">{outline_mm}</CssParameter></Stroke>'
        "</PolygonSymbolizer></Rule>"
    )
