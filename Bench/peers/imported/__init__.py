"""Models of other frameworks, as their exporters write them: a file for each family. write_models.py writes them."""
