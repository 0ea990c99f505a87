//! `.xlsx`: a zip file of XML, read cell by cell.

use std::io::{BufReader, Write};

use calamine::{DataRef, Reader, Xlsx};

use super::{Fault, sheet::SheetText, shown, with_cells};
use crate::input::place::OpenFile;

/// The names of the sheets that hold cells.
pub fn sheets(file: OpenFile) -> Result<Vec<String>, Fault> {
    Ok(with_cells(open(file)?.sheets_metadata()))
}

/// Writes the cells of a sheet.
pub fn write(file: OpenFile, name: &str, text: &mut SheetText<impl Write>) -> Result<(), Fault> {
    let mut book = open(file)?;
    let since_1904 = book.has_1904_epoch();
    let mut cells = book.worksheet_cells_reader(name).map_err(Fault::damaged)?;
    while let Some(cell) = cells.next_cell().map_err(Fault::damaged)? {
        let (row, column) = cell.get_position();
        match cell.get_value() {
            DataRef::SharedString(value) => text.cell(row, column, value)?,
            value => text.cell(row, column, &shown(&value.clone().into(), since_1904))?,
        }
    }
    Ok(())
}

fn open(file: OpenFile) -> Result<Xlsx<BufReader<OpenFile>>, Fault> {
    Xlsx::new(BufReader::new(file)).map_err(Fault::damaged)
}
