"""Files of labelled texts for tests."""


def write(folder, **parts):
    for name, text in parts.items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


TEXTS = [f"text number {i}" for i in range(200)]
LABELS = ["ab"[i % 2] for i in range(200)]


def table(tmp_path, *columns, first=()):
    path = tmp_path / "all.tsv"
    path.write_text("".join(line + "\n" for line in [*first, *map("\t".join, zip(*columns, strict=True))]))
    return str(path)
