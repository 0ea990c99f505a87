"""What a workbook holds, as JSON: its sheets by name, each with its cells, its charts, and what could run."""

import datetime
import json
import sys
import zipfile

import openpyxl


def shown(value):
    if isinstance(value, datetime.datetime):
        # Seconds are what a time of day as a part of 1 tells for sure.
        return (value + datetime.timedelta(milliseconds=500)).replace(microsecond=0).isoformat()
    return value


def sheet(it):
    rows = [[{"is": cell.data_type, "value": shown(cell.value), "format": cell.number_format, "quoted": cell.quotePrefix}
             for cell in row] for row in it.iter_rows()]
    series = [reference.f for chart in it._charts for part in chart._charts
              for one in part.series for reference in [one.val.numRef, one.tx.strRef]]
    kinds = [type(part).__name__ for chart in it._charts for part in chart._charts]
    return {"rows": rows, "frozen": it.freeze_panes, "filter": it.auto_filter.ref, "links": len(it._hyperlinks),
            "charts": kinds, "series": series}


book = openpyxl.load_workbook(sys.argv[1])
parts = zipfile.ZipFile(sys.argv[1])
xml = {name: parts.read(name).decode() for name in parts.namelist()}
cells = [text for name, text in xml.items() if name.startswith("xl/worksheets/sheet")]
json.dump({
    "names": book.sheetnames,
    "sheets": {it.title: sheet(it) for it in book.worksheets},
    "title": book.properties.title,
    "made": book.properties.created.isoformat(),
    "formulas": sum(text.count("<f>") + text.count("<f ") for text in cells),
    "outside": sum(text.count('TargetMode="External"') for text in xml.values()),
    "text": "\n".join(xml.values()),
}, sys.stdout)
