"""Gross production (毛固碳, NPP) is no change of stock: what is said of it, and where."""

from typing import Final

# what indicators and quantities of gross production are called, as parts of their names in lower
# case without blanks and underscores
_NAMES: Final = (
    "npp",
    "grossproduction",
    "grosscarbon",
    "primaryproduction",
    "co2absorption",
    "co2absorbed",
    "absorption",
    "固碳",
    "释氧",
    "放氧",
    "吸收二氧化碳",
    "二氧化碳吸收",
    "吸收co2",
    "co2吸收",
    "生产力",
)
NPP: Final = "npp_co2"
# whether something stands beside a published figure
COMPARED: Final = "compared"
NOT_COMPARABLE: Final = "not_comparable"
# the sentence of every place where such a figure appears, in Chinese and English
NOT_NET: Final = (
    "毛固碳(NPP,公报的“吸收二氧化碳”)不是净碳汇(储量变化):它是由年生产量按光合系数折算的,"
    "没有扣除枯损、采伐与分解,不能与储量变化比较、相减、相除或相加",
    "gross production (NPP, the CO2 absorption of the bulletins) is no net removal (change of "
    "stock): it is a year's production times the factor of photosynthesis, with no death, felling "
    "and decay taken off, and must not be compared with, subtracted from, divided by or added to "
    "a change of stock",
)


def is_gross(name: str) -> bool:
    """Tell whether an indicator or quantity is named as gross production.

    Examples
    --------
    >>> is_gross("CO2_absorption"), is_gross("毛固碳量"), is_gross("growing_stock")
    (True, True, False)
    """
    plain = "".join(sign for sign in name.lower() if not sign.isspace() and sign not in "_-")
    return any(part in plain for part in _NAMES)
