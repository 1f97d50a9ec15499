"""Forest and wetland carbon-sink estimator, first for the city of Hangzhou."""

__version__ = "0.1.0"
