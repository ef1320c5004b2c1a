"""Makes the sample material of ``examples/material`` anew: ``python examples/make/build.py --han FILE.ttf --latin FILE.ttf``.

The fonts must be TrueType files that may be embedded; the committed files use Droid Sans Fallback (Apache-2.0)
and Liberation Serif (OFL).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import institutions
import macro
import manufacturer
from layout import Fonts

MATERIAL = Path(__file__).resolve().parents[1] / "material"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--han", type=Path, required=True)
    parser.add_argument("--latin", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=MATERIAL)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    fonts = Fonts(options.han, options.latin)
    for year in (2022, 2023):
        manufacturer.write(options.output / f"砚川精工_{year}年年度报告.pdf", fonts, year)
    institutions.write_bank(options.output / "澜屿银行_2023年年度报告.html")
    institutions.write_insurer(options.output / "恒穗人寿_2022年年度报告.pdf", fonts)
    institutions.write_broker(options.output / "星垣岭证券_2023年年度报告.docx")
    macro.write(options.output.parent / "macro")


if __name__ == "__main__":
    main()
