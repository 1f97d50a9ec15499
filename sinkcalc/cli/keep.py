"""Results that are printed are stored, for the database's views and queries."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sinkcalc.cli.output import talk
from sinkcalc.cli.settings import Settings

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.pipeline.estimate import EstimateOptions
    from sinkcalc.pipeline.plot_components import Components
    from sinkcalc.pipeline.plot_survey import PlotOptions
    from sinkcalc.pipeline.wetland_options import WetlandOptions
    from sinkcalc.store.derived import Kind

# options that say how rows are written
_OUTPUT: Final = ("fmt", "output", "encoding", "layer")


class Keeper:
    """Stores the results of one command; made before they are computed."""

    def __init__(self, settings: Settings) -> None:
        from sinkcalc.pipeline.derived import loads_now

        self._settings = settings
        self._loads = loads_now(settings.db, settings.wait)

    def keep(
        self,
        kind: "Kind",
        rows: "pl.DataFrame",
        subject: dict[str, object],
        options: dict[str, Any] | None = None,
        **about: Any,
    ) -> None:
        """Store the rows that are printed, or say why queries will not show them.

        Parameters
        ----------
        kind, rows, subject, options
            As in `Derived`; of the options what is not given is left out, a file is its name and
            hash.
        about
            `by_keys`, `standing` and `marks` of `Derived`.
        """
        from sinkcalc.pipeline.derived import keep_result
        from sinkcalc.store.derived import Derived

        result = Derived(kind, rows, self._loads, _told(subject), _told(options or {}), **about)
        problem = keep_result(self._settings.db, result, self._settings.wait)
        if problem is not None:
            talk(
                self._settings,
                f"注意:结果已输出,但没有存入数据库,视图与查询(query)仍是之前的结果。{problem.zh}",
                "careful: the figures are printed but not stored, so that views and queries show "
                f"the earlier ones. {problem.en}",
            )

    def keep_change(
        self,
        kind: "Kind",
        rows: "pl.DataFrame",
        first: int,
        options: "EstimateOptions | WetlandOptions",
        *,
        across: bool,
    ) -> None:
        """Store what two surveys differ by; `options` are those of the later one's estimate."""
        told = asdict(options)
        told.pop("by")
        subject = {"survey_from": first, "survey_to": told.pop("survey")}
        # effects are of forests and conversions of wetlands alone, and these know no method
        land = "forest" if "method" in told else "wetland"
        marks = {"kind": land} if kind == "changes" else {}
        subject |= {**marks, "method": told.pop("method", None)}
        if not told.get("draws"):
            for name in ("draws", "seed"):
                told.pop(name, None)
        by_keys = "" if kind == "wetland_conversions" else options.by_keys
        about = {"by_keys": by_keys, "standing": options.usual, "marks": marks}
        self.keep(kind, rows, subject, {**told, "across": across}, **about)

    def keep_verdict(
        self,
        rows: "pl.DataFrame",
        survey: int,
        stands: int,
        options: "PlotOptions",
        single_plot: str,
    ) -> None:
        """Store the stands' totals beside those of the plots of a survey."""
        years: dict[str, object] = {"survey": stands, "plot_survey": survey}
        told = {**asdict(options), "single_plot": single_plot}
        self.keep("stands_and_plots", rows, years, told, marks=years)

    def keep_components(
        self, found: "Components", years: tuple[int, int], options: dict[str, Any]
    ) -> None:
        """Store the components of the change between two plot surveys."""
        told = {name: value for name, value in options.items() if name not in _OUTPUT}
        subject: dict[str, object] = {
            "survey_from": years[0],
            "survey_to": years[1],
            "value": told.pop("value"),
        }
        self.keep(
            "stock_components",
            found.result.rows,
            subject,
            told,
            by_keys=told.pop("domain", None) or "",
            marks={"source": found.source},
        )


def _told(options: dict[str, Any]) -> dict[str, object]:
    """Leave out what is not given, and name a file by what is in it."""
    # 0 is a figure, as of a rate
    given = {
        name: value
        for name, value in options.items()
        if not (value is None or value is False or value in ("", ()))
    }
    return {name: _plain(value) for name, value in given.items()}


def _plain(value: Any) -> object:
    if isinstance(value, Path):
        from sinkcalc.intake.delivery import file_sha256

        return {"file": value.name, "sha256": file_sha256(value)}
    return list(value) if isinstance(value, tuple) else value
