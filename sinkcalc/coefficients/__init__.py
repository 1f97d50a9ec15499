"""Parameter tables: what is in `parameters/`, and which row serves which stand."""
