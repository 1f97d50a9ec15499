"""Models and weights fitted to samples."""
