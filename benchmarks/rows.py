"""Reading files of texts a row at a time: MB/s of processor time, and the memory that it takes.

python benchmarks/rows.py            a CSV of 1,000 MB, with quotes and line breaks; the same as other forms, and packed

Every form is read in a process of its own, whose peak memory is that of `open_rows` with Python and its libraries.
"""

import argparse
import csv
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WORDS = [f"word{i}" for i in range(5000)]


def texts(size):
    """Reviews of about 800 characters, `size` of these in all."""
    chance, made = random.Random(0), 0
    while made < size:
        words = chance.choices(WORDS, k=100)
        words[chance.randrange(100)] = '"so, so"\nand more'
        text = " ".join(words)
        made += len(text)
        yield text


def write(folder, size):
    """The same rows in every form."""
    import gzip

    import pyarrow
    import pyarrow.parquet
    import zstandard

    schema = pyarrow.schema([("label", pyarrow.string()), ("text", pyarrow.string())])
    plain = folder / "rows.csv"
    with (
        plain.open("w", newline="") as file,
        (folder / "rows.jsonl").open("w") as lines,
        pyarrow.parquet.ParquetWriter(folder / "rows.parquet", schema) as table,
    ):
        writer = csv.writer(file)
        writer.writerow(["label", "text"])
        batch = []
        for number, text in enumerate(texts(size)):
            row = {"label": "abc"[number % 3], "text": text}
            writer.writerow(row.values())
            lines.write(json.dumps(row) + "\n")
            batch.append(row)
            if len(batch) == 10_000:
                table.write_table(pyarrow.Table.from_pylist(batch, schema))
                batch = []
        table.write_table(pyarrow.Table.from_pylist(batch, schema))
    with plain.open("rb") as file, gzip.open(folder / "rows.csv.gz", "wb", 1) as packed:
        while chunk := file.read(2**20):
            packed.write(chunk)
    with plain.open("rb") as file, (folder / "rows.csv.zst").open("wb") as packed:
        zstandard.ZstdCompressor().copy_stream(file, packed)


def read(path):
    """Print rows, seconds of the processor, and peak memory in MB, of this process."""
    from sparsify.data.rows import open_rows

    start = time.process_time()
    rows = sum(1 for _ in open_rows(path))
    seconds = time.process_time() - start
    # Linux's own count: that of getrusage begins with what the parent had.
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    print(rows, seconds, int(peak[1]) / 1024)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--read", default="")
    options = parser.parse_args()
    if options.read:
        read(options.read)
        return
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), options.megabytes * 10**6)
        print("| file | MB | rows | MB/s of text | peak memory, MB |\n|---|---|---|---|---|")
        for path in sorted(Path(folder).iterdir()):
            command = [sys.executable, __file__, "--read", str(path)]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            rows, seconds, memory = int(said[0]), float(said[1]), float(said[2])
            size, rate = path.stat().st_size / 1e6, options.megabytes / seconds
            print(f"| {path.name} | {size:.0f} | {rows:,} | {rate:.0f} | {memory:.0f} |")


if __name__ == "__main__":
    main()
