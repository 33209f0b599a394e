"""Models of other frameworks, as their exporters write them: one family a file. `write_models.py` writes all of them."""
