"""Options that the commands of fitted models share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from sinkcalc.cli.output import format_options

_FILE: Final = click.Path(path_type=Path, dir_okay=False)
# as in sinkcalc.calibration.model, which is imported with polars only when a command runs
FORMS: Final = {
    "volume-biomass": ("linear", "origin", "power", "hyperbolic"),
    "tree-biomass": ("power_d", "power_d2h", "power_d_h"),
    "wetland-carbon": ("origin", "quadratic", "linear", "quadratic_intercept"),
    "growth": ("schumacher", "logistic", "korf", "richards"),
}


def column_option(name: str, role: str, what: str) -> Callable[[Any], Any]:
    """Return an option that names the column of a role."""
    return click.option(name, role, metavar="COL", help=what)


def outputs() -> list[Callable[[Any], Any]]:
    """Return what every command of fitted models can write, and how it reads."""
    return [
        click.option("--report", type=_FILE, help="HTML 报告 · report with figures"),
        click.option("--plot", type=_FILE, help="PNG 图 · figures"),
        click.option("--rejects", type=_FILE, help="剔除的行(CSV) · rows set aside"),
        click.option("--name", help="名称,默认为文件名 · name; that of the file if not given"),
        click.option("--dry-run", is_flag=True, help="不存 · store nothing"),
        click.option("--encoding", help="编码 · encoding (utf-8, gb18030/gbk)"),
        click.option("--layer", help="图层或工作表 · layer or sheet"),
    ]


def _fits() -> list[Callable[[Any], Any]]:
    return [
        click.option(
            "--weights",
            type=click.Choice(("none", "size", "size2")),
            default="none",
            show_default=True,
            help="方差与蓄积(胸径)或其平方成正比 · variance in proportion to size or size squared",
        ),
        click.option("--robust", is_flag=True, help="Huber 稳健估计 · Huber's estimator"),
        click.option("--pool", is_flag=True, help="混合模型,各组联合拟合 · mixed model"),
        click.option(
            "--min-group",
            type=click.IntRange(3),
            default=10,
            show_default=True,
            help="样本少于此数的组不单独拟合 · fewer samples: no model of its own",
        ),
        click.option(
            "--correction",
            type=click.Choice(("baskerville", "duan", "snowdon", "none")),
            default="baskerville",
            show_default=True,
            help="对数回归的回变换校正 · back-transformation of fits in logarithms",
        ),
        click.option(
            "--folds",
            type=click.IntRange(2),
            default=10,
            show_default=True,
            help="交叉验证折数(按样点) · folds of the cross-validation over sites",
        ),
    ]


def model_options(kind: str, *sizes: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Add what both commands have."""
    forms = ",".join(FORMS[kind])
    options = [
        click.argument("samples", type=_FILE),
        *sizes,
        column_option("--group", "group", "树种组列;- 不分组 · column of groups; - for none"),
        click.option(
            "--of-group",
            metavar="GROUP",
            help="全部样本同属此树种或树种组 · species or group that all samples are of",
        ),
        column_option("--site", "site", "样点列;- 无 · column of sites or studies; - for none"),
        click.option("--forms", metavar="LIST", help=f"候选形式,逗号分隔 · candidates [{forms}]"),
        *_fits(),
        click.option(
            "--units-checked",
            is_flag=True,
            help="单位可疑仍存入,由用户确认 · store despite doubtful units, which you vouch for",
        ),
        *outputs(),
        format_options,
    ]

    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate
