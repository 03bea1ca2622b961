"""`python -m sparsify.prepare amazon FILES… --out DIR`: reviews with stars become train, dev and test texts.

python -m sparsify.prepare amazon kitchen/*.review --encoding iso-8859-1 --out kitchen
python -m sparsify.prepare amazon Kitchen_5.json.gz --out kitchen-2014

As in appendix A of Dodge et al. (2019): 1 and 2 stars are negative, 4 and 5 positive, reviews of 3 stars and of fewer
than 5 tokens are left out; of more than 25,000 negative ones 25,000 are taken, and as many positive; 4 : 1 : 5.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from sparsify.data.forms.base import ON_BAD_ROW
from wfsa.console import Answer, version


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status: 0, or 2 for a user's mistake, said in one line."""
    parser = argparse.ArgumentParser(
        "python -m sparsify.prepare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=version())
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    amazon = kinds.add_parser("amazon", help="reviews with stars: Blitzer's .review files, JSON lines, CSV, …")
    amazon.add_argument("files", nargs="+", metavar="FILE", help="texts with ratings of 1 to 5 stars")
    amazon.add_argument("--out", required=True, type=Path, metavar="DIR", help="where train, dev and test.tsv go: new")
    amazon.add_argument("--text-column", default="", metavar="NAME", help="the column or key of texts")
    amazon.add_argument("--label-column", default="", metavar="NAME", help="the column or key of stars")
    amazon.add_argument("--encoding", default="utf-8", metavar="NAME", help="of the files (default: utf-8)")
    amazon.add_argument("--on-bad-row", default="fail", choices=ON_BAD_ROW, help="stop (default), or leave it out")
    amazon.add_argument("--most", type=int, default=25_000, metavar="N", help="reviews per class (default: 25000)")
    options = parser.parse_args(arguments)
    with Answer() as answer:
        # torch, of which the tokeniser is a part, takes seconds: imported when there is something to do.
        from sparsify.data.amazon import Amazon, write_parts
        from sparsify.data.rows import Reading

        reading = Reading(
            text_column=options.text_column,
            label_column=options.label_column,
            encoding=options.encoding,
            on_bad_row=options.on_bad_row,
        )
        found = Amazon(options.most)
        for file in options.files:
            found.read(file, reading)
        for line in (*found.counts(), *write_parts(options.out, found.parts())):
            print(line)
    return answer.status


if __name__ == "__main__":
    sys.exit(main())
