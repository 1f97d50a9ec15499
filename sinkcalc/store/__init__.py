"""The DuckDB file: opening, migrating, loading, and reading it back."""
