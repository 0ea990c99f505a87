"""Writes workbooks for tests: xlsx(name, sheets), xls(name, sheets), ods(name, sheets), with sheets as {title: rows}."""

from datetime import date, datetime as moment, time

import openpyxl
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P


def xlsx(name, sheets, since_1904=False, hidden=()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    if since_1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        if title in hidden:
            sheet.sheet_state = "hidden"
    book.save(name)


def xls(name, sheets, since_1904=False):
    book = xlwt.Workbook()
    book.dates_1904 = since_1904
    forms = {moment: "yyyy-mm-dd hh:mm:ss", date: "yyyy/m/d", time: "h:mm:ss"}
    for title, rows in sheets.items():
        sheet = book.add_sheet(title)
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                if cell is not None:
                    form = forms.get(type(cell))
                    sheet.write(y, x, cell, *([xlwt.easyxf(num_format_str=form)] if form else []))
    book.save(name)


def ods(name, sheets):
    book = OpenDocumentSpreadsheet()
    for title, rows in sheets.items():
        table = Table(name=title)
        book.spreadsheet.addElement(table)
        for row in rows:
            line = TableRow()
            table.addElement(line)
            for cell in row:
                if cell is None:
                    line.addElement(TableCell())
                elif isinstance(cell, (moment, date)):
                    line.addElement(TableCell(valuetype="date", datevalue=cell.isoformat()))
                elif isinstance(cell, time):
                    line.addElement(TableCell(valuetype="time", timevalue=cell.strftime("PT%HH%MM%SS")))
                elif isinstance(cell, (int, float)):
                    line.addElement(TableCell(valuetype="float", value=str(cell)))
                else:
                    text = TableCell(valuetype="string")
                    for paragraph in cell.split("\n"):
                        text.addElement(P(text=paragraph))
                    line.addElement(text)
    book.save(name)


ALL = {"xlsx": xlsx, "xls": xls, "ods": ods}
