"""Forms of labelled texts: how each is read, a row at a time; `table.py` lists them."""
