"""Models fitted to samples in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import polars as pl

from sinkcalc.calibration.calibrate import CANDIDATE_COLUMNS
from sinkcalc.calibration.model import Kind, Model
from sinkcalc.store.connection import transaction
from sinkcalc.store.loads import insert_rows, now

_OF_MODEL: Final = ("model_coefficients", "model_covariance", "model_shared_errors", "models")
# columns of `models` that are fields of a Model under the same name
_FIELDS: Final = (
    "kind",
    "form",
    "estimator",
    "sites",
    "df",
    "residual_variance",
    "residual_power",
    "residual_base",
    "correction_factor",
    "x_min",
    "x_max",
    "h_min",
    "h_max",
    "biomass_pool",
    "residual_correlation",
)
_SCORES: Final = ("cv_bias", "cv_rmse", "cv_relative_rmse", "cv_relative_error")


@dataclass(frozen=True)
class StoredModel:
    """A model of the database with what it comes from.

    Attributes
    ----------
    model_id
        `<calibration_id>.<number>`, the models of a calibration counted from 1.
    name
        Name that a person gave the calibration.
    sample_file, sample_sha256
        File of the samples.
    active
        Whether it serves its group.
    """

    model_id: str
    calibration_id: str
    name: str
    model: Model
    sample_file: str
    sample_sha256: str
    active: bool


@dataclass(frozen=True)
class ModelRecord:
    """What a calibration's models have in common; the same inputs give the same id."""

    calibration_id: str
    name: str
    options: str
    sample_file: str
    sample_sha256: str
    rows_in: int
    rows_rejected: int
    program_version: str


def save_models(
    con: duckdb.DuckDBPyConnection,
    record: ModelRecord,
    models: Sequence[Model],
    candidates: pl.DataFrame,
    units: Sequence[Sequence[str]],
) -> list[str]:
    """Store the models of a calibration in one transaction; one of the same id is replaced.

    A model that was active stays so: the same inputs give the same model.

    Parameters
    ----------
    candidates
        Rows of `Calibration.candidates`.
    units
        Of the coefficients of each model.

    Returns
    -------
    `model_id` of each model.
    """
    mark = {"calibration_id": record.calibration_id}
    names = [f"{record.calibration_id}.{place}" for place in range(1, len(models) + 1)]
    with transaction(con):
        served = _active_ids(con, record.calibration_id)
        _delete(con, record.calibration_id)
        for name, model, of_model in zip(names, models, units, strict=True):
            row = _row(record, name, model, candidates) | {"active": name in served}
            insert_rows(con, "models", pl.DataFrame([row]), {})
            insert_rows(con, "model_coefficients", _coefficients(model, of_model), _of(name))
            insert_rows(con, "model_covariance", _covariance(model), _of(name))
            insert_rows(con, "model_shared_errors", _shared_errors(model), _of(name))
        insert_rows(con, "model_candidates", _candidates(candidates), mark)
    return names


def _of(model_id: str) -> dict[str, object]:
    return {"model_id": model_id}


def _active_ids(con: duckdb.DuckDBPyConnection, calibration_id: str) -> set[str]:
    rows = con.execute(
        "SELECT model_id FROM models WHERE calibration_id = ? AND active", [calibration_id]
    ).fetchall()
    return {str(row[0]) for row in rows}


def _delete(con: duckdb.DuckDBPyConnection, calibration_id: str) -> None:
    mine = "model_id IN (SELECT model_id FROM models WHERE calibration_id = ?)"
    for table in _OF_MODEL:
        con.execute(f"DELETE FROM {table} WHERE {mine}", [calibration_id])
    con.execute("DELETE FROM model_candidates WHERE calibration_id = ?", [calibration_id])


def _row(
    record: ModelRecord, model_id: str, model: Model, candidates: pl.DataFrame
) -> dict[str, Any]:
    mine = candidates.filter(
        pl.col("group") == model.group, pl.col("form") == model.form, pl.col("chosen")
    )
    scores = {name: mine[name][0] if mine.height else None for name in _SCORES}
    return {
        "model_id": model_id,
        **{name: getattr(record, name) for name in ModelRecord.__dataclass_fields__},
        "sample_group": model.group,
        "samples": model.n,
        "log_correction": model.correction,
        **{name: getattr(model, name) for name in _FIELDS},
        **scores,
        "calibrated_at": now(),
    }


def _coefficients(model: Model, units: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "place": range(len(model.symbols)),
            "symbol": model.symbols,
            "coefficient": model.values,
            "se": [max(row[i], 0.0) ** (1 / 2) for i, row in enumerate(model.covariance)],
            "unit": units,
        }
    )


def _covariance(model: Model) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (first, second, value)
            for first, row in zip(model.symbols, model.covariance, strict=True)
            for second, value in zip(model.symbols, row, strict=True)
        ],
        schema=["row_symbol", "column_symbol", "covariance"],
        orient="row",
    )


def _shared_errors(model: Model) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (symbol, factor, loading)
            for symbol, row in zip(model.symbols, model.shared_errors, strict=False)
            for factor, loading in enumerate(row)
        ],
        schema={"symbol": pl.String, "factor": pl.Int32, "loading": pl.Float64},
        orient="row",
    )


def _candidates(candidates: pl.DataFrame) -> pl.DataFrame:
    return candidates.select(*CANDIDATE_COLUMNS).rename({"group": "sample_group", "n": "samples"})


# by calibration, its models by their numbers: .2 before .10
_IN_ORDER: Final = "calibration_id, length(model_id), model_id"


def list_models(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return the stored models, the newest last."""
    return con.execute(f"SELECT * FROM models ORDER BY calibrated_at, {_IN_ORDER}").pl()


def read_models(con: duckdb.DuckDBPyConnection, identity: str) -> list[StoredModel]:
    """Return a model, or all models of a calibration; none where there is none of that id."""
    return _read(con, "model_id = $id OR calibration_id = $id", {"id": identity})


def active_models(con: duckdb.DuckDBPyConnection, kind: Kind | None = None) -> list[StoredModel]:
    """Return the models that serve their groups, one a kind and group; of one kind, or of all."""
    if kind is None:
        found = _read(con, "active", {})
    else:
        found = _read(con, "active AND kind = $kind", {"kind": kind})
    # the order that sums over models are made in
    return sorted(found, key=lambda stored: stored.model_id)


def _read(
    con: duckdb.DuckDBPyConnection, where: str, values: Mapping[str, object]
) -> list[StoredModel]:
    rows = con.execute(
        f"SELECT * FROM models WHERE {where} ORDER BY {_IN_ORDER}", dict(values)
    ).pl()
    found = []
    for row in rows.iter_rows(named=True):
        coefficients = read_coefficients(con, row["model_id"])
        symbols = tuple(coefficients["symbol"])
        by_pair = {
            (first, second): value
            for first, second, value in con.execute(
                "SELECT row_symbol, column_symbol, covariance FROM model_covariance "
                "WHERE model_id = ?",
                [row["model_id"]],
            ).fetchall()
        }
        model = Model(
            group=row["sample_group"],
            n=row["samples"],
            correction=row["log_correction"],
            symbols=symbols,
            values=tuple(coefficients["coefficient"]),
            covariance=tuple(tuple(by_pair[r, c] for c in symbols) for r in symbols),
            shared_errors=_read_shared_errors(con, row["model_id"], symbols),
            **{name: row[name] for name in _FIELDS},
        )
        own = ("model_id", "calibration_id", "name", "sample_file", "sample_sha256", "active")
        found.append(StoredModel(model=model, **{name: row[name] for name in own}))
    return found


def _read_shared_errors(
    con: duckdb.DuckDBPyConnection, model_id: str, symbols: Sequence[str]
) -> tuple[tuple[float, ...], ...]:
    rows = con.execute(
        "SELECT symbol, loading FROM model_shared_errors WHERE model_id = ? ORDER BY factor",
        [model_id],
    ).fetchall()
    if not rows:
        return ()
    return tuple(tuple(value for of, value in rows if of == symbol) for symbol in symbols)


def read_coefficients(con: duckdb.DuckDBPyConnection, model_id: str) -> pl.DataFrame:
    """Return `symbol`, `coefficient`, `se`, `unit` of a model in the order of its covariance."""
    return con.execute(
        "SELECT symbol, coefficient, se, unit FROM model_coefficients WHERE model_id = ? "
        "ORDER BY place",
        [model_id],
    ).pl()


def read_candidates(con: duckdb.DuckDBPyConnection, calibration_id: str) -> pl.DataFrame:
    """Return the candidates of a calibration in the order they were fitted."""
    return con.execute(
        "SELECT * FROM model_candidates WHERE calibration_id = ? ORDER BY rowid", [calibration_id]
    ).pl()
