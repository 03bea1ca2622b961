"""Names of parameters in the names of tests."""


def name_of(value):
    """What a value is called: the same in every process, which a function's address is not."""
    return getattr(value, "__name__", None) or str(value)
