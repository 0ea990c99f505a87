//! `.ods`: a zip file with the cells of all sheets in one part of XML.
//!
//! It is read here as a stream: the spreadsheet reader would hold every cell, those that are only said to be repeated too,
//! and never ends where a table has no end.

use std::{
    borrow::Cow,
    io::{BufRead, Write},
};

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event, attributes::Attribute},
};

use super::{
    Fault,
    sheet::{self, SheetText},
};

/// One element can stand for every cell that there is; nobody fills so many with the same.
const MOST_REPEATED: u64 = 10_000_000;

/// The names of the sheets in `content.xml`, in their order.
pub fn sheets(content: impl BufRead) -> Result<Vec<String>, Fault> {
    let mut names = Vec::new();
    each_sheet(content, |name, _| {
        names.push(name);
        Ok(true)
    })?;
    Ok(names)
}

/// Writes the cells of the sheet of a name in `content.xml`.
pub fn write(content: impl BufRead, name: &str, text: &mut SheetText<impl Write>) -> Result<(), Fault> {
    each_sheet(content, |found, xml| {
        if found != name {
            return Ok(true);
        }
        cells(xml, text)?;
        Ok(false)
    })
}

/// Whether a manifest says that parts are encrypted.
pub fn is_encrypted(manifest: impl BufRead) -> Result<bool, Fault> {
    let mut xml = Xml::new(manifest);
    loop {
        match xml.next()? {
            Event::Start(element) if element.local_name().as_ref() == "encryption-data" => return Ok(true),
            Event::Eof => return Ok(false),
            _ => {}
        }
    }
}

/// Events of a part; elements without content have an end as well.
struct Xml<R: BufRead> {
    reader: Reader<R>,
    buffer: Vec<u8>,
}

impl<R: BufRead> Xml<R> {
    fn new(part: R) -> Xml<R> {
        let mut reader = Reader::from_reader(part);
        reader.config_mut().expand_empty_elements = true;
        Xml { reader, buffer: Vec::new() }
    }

    fn next(&mut self) -> Result<Event<'_>, Fault> {
        self.buffer.clear();
        self.reader.read_event_into(&mut self.buffer).map_err(Fault::damaged)
    }
}

/// Hands on each sheet with the events behind its beginning, until told to stop.
fn each_sheet<R: BufRead>(
    content: R,
    mut sheet: impl FnMut(String, &mut Xml<R>) -> Result<bool, Fault>,
) -> Result<(), Fault> {
    let mut xml = Xml::new(content);
    loop {
        let name = match xml.next()? {
            Event::Start(element) if element.name().as_ref() == "table:table" => {
                attribute(&element, "table:name")?.unwrap_or_default().into_owned()
            }
            Event::Eof => return Ok(()),
            _ => continue,
        };
        if !sheet(name, &mut xml)? {
            return Ok(());
        }
    }
}

/// A cell that is being read.
struct Cell {
    repeated: u32,
    /// What its attributes say; else its text counts.
    value: Option<String>,
    text: String,
    /// Paragraphs so far: a line break is between two of them.
    paragraphs: u32,
}

fn cells<R: BufRead>(xml: &mut Xml<R>, text: &mut SheetText<impl Write>) -> Result<(), Fault> {
    let (mut row, mut rows) = (0_u32, 1_u32);
    let mut of_row: Vec<(u32, u32, String)> = Vec::new();
    let mut column = 0_u32;
    let mut cell: Option<Cell> = None;
    // Tables within cells and remarks beside them are not of the sheet.
    let mut apart = 0_u32;
    loop {
        match xml.next()? {
            Event::Start(element) => {
                let name = element.name();
                match (name.as_ref(), &mut cell) {
                    ("table:table" | "office:annotation" | "draw:frame", _) => apart += 1,
                    _ if apart > 0 => {}
                    ("table:table-row", _) => {
                        (rows, column) = (repeated(&element, "table:number-rows-repeated")?, 0);
                        of_row.clear();
                    }
                    ("table:table-cell" | "table:covered-table-cell", _) => {
                        let repeated = repeated(&element, "table:number-columns-repeated")?;
                        cell = Some(Cell { repeated, value: value(&element)?, text: String::new(), paragraphs: 0 });
                    }
                    ("text:p", Some(cell)) => {
                        if cell.paragraphs > 0 {
                            cell.text.push(' ');
                        }
                        cell.paragraphs += 1;
                    }
                    ("text:s" | "text:tab" | "text:line-break", Some(cell)) => cell.text.push(' '),
                    _ => {}
                }
            }
            Event::Text(piece) => {
                if let (Some(cell), 0) = (&mut cell, apart)
                    && cell.paragraphs > 0
                {
                    cell.text.push_str(&piece.xml10_content());
                }
            }
            Event::GeneralRef(entity) => {
                if let (Some(cell), 0) = (&mut cell, apart) {
                    match entity.resolve_char_ref().map_err(Fault::damaged)? {
                        Some(character) => cell.text.push(character),
                        None => cell.text.push_str(quick_xml::escape::resolve_predefined_entity(&entity).unwrap_or("")),
                    }
                }
            }
            Event::End(element) => match element.name().as_ref() {
                "table:table" if apart == 0 => return Ok(()),
                "table:table" | "office:annotation" | "draw:frame" => apart = apart.saturating_sub(1),
                _ if apart > 0 => {}
                "table:table-cell" | "table:covered-table-cell" => {
                    if let Some(cell) = cell.take() {
                        let shown = cell.value.unwrap_or(cell.text);
                        let next = column.saturating_add(cell.repeated);
                        if !shown.is_empty() {
                            of_row.push((column, next, shown));
                        }
                        column = next;
                    }
                }
                "table:table-row" => {
                    let next = row.saturating_add(rows);
                    let of_each: u64 = of_row.iter().map(|(first, next, _)| u64::from(next - first)).sum();
                    if of_each * u64::from(rows) > MOST_REPEATED {
                        return Err(Fault::Large);
                    }
                    if !of_row.is_empty() {
                        for row in row..next {
                            for (first, next, shown) in &of_row {
                                (*first..*next).try_for_each(|column| text.cell(row, column, shown))?;
                            }
                        }
                    }
                    row = next;
                }
                _ => {}
            },
            Event::Eof => return Err(Fault::damaged("a table has no end")),
            _ => {}
        }
    }
}

fn repeated(element: &BytesStart<'_>, name: &str) -> Result<u32, Fault> {
    attribute(element, name)?.map_or(Ok(1), |times| times.parse().map_err(Fault::damaged))
}

/// What the attributes of a cell say that it holds.
fn value(cell: &BytesStart<'_>) -> Result<Option<String>, Fault> {
    for found in cell.attributes().with_checks(false) {
        let found = found.map_err(Fault::damaged)?;
        let shown: fn(&str) -> String = match found.key.as_ref() {
            "office:date-value" => sheet::iso_moment,
            "office:time-value" => sheet::iso_duration,
            "office:value" => |text| text.parse().map_or_else(|_| text.to_owned(), sheet::number),
            "office:boolean-value" => str::to_uppercase,
            "office:string-value" => str::to_owned,
            _ => continue,
        };
        return Ok(Some(shown(&decoded(&found)?)));
    }
    Ok(None)
}

fn attribute<'a>(element: &'a BytesStart<'_>, name: &str) -> Result<Option<Cow<'a, str>>, Fault> {
    let found = element.try_get_attribute(name).map_err(Fault::damaged)?;
    found.map(|found| decoded(&found)).transpose()
}

fn decoded<'a>(found: &Attribute<'a>) -> Result<Cow<'a, str>, Fault> {
    found.normalized_value(XmlVersion::Explicit1_0).map_err(Fault::damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(content: &str, sheet: &str) -> Result<String, Fault> {
        let mut out = Vec::new();
        let mut text = SheetText::new(&mut out)?;
        write(content.as_bytes(), sheet, &mut text)?;
        text.end()?;
        Ok(String::from_utf8(out).unwrap().strip_prefix('\u{feff}').unwrap().to_owned())
    }

    const CONTENT: &str = r#"<office:document-content><office:body><office:spreadsheet>
        <table:table table:name="Notes"><table:table-row><table:table-cell/></table:table-row></table:table>
        <table:table table:name="A &amp; B">
          <table:table-column table:number-columns-repeated="16384"/>
          <table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="4"/></table:table-row>
          <table:table-row>
            <table:table-cell office:value-type="date" office:date-value="2026-11-17"><text:p>17/11/26</text:p></table:table-cell>
            <table:table-cell office:value-type="time" office:time-value="PT04H12M33S"><text:p>4:12</text:p></table:table-cell>
            <table:covered-table-cell table:number-columns-repeated="2"/>
            <table:table-cell office:value-type="float" office:value="502"><office:annotation><text:p>why</text:p></office:annotation><text:p>502.00</text:p></table:table-cell>
            <table:table-cell office:value-type="string"><text:p>a<text:s/>&lt;b&#62; <text:span>c</text:span></text:p><text:p>d</text:p></table:table-cell>
            <table:table-cell table:number-columns-repeated="16000"/>
          </table:table-row>
          <table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="string" table:number-columns-repeated="2"><text:p>x</text:p></table:table-cell></table:table-row>
          <table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
        </table:table>
    </office:spreadsheet></office:body></office:document-content>"#;

    #[test]
    fn cells_are_written_by_what_they_hold() {
        assert_eq!(sheets(CONTENT.as_bytes()).ok(), Some(vec!["Notes".to_owned(), "A & B".to_owned()]));
        assert_eq!(
            written(CONTENT, "A & B").ok().as_deref(),
            Some("\n\n2026-11-17\t04:12:33\t\t\t502\ta <b> c d\nx\tx\t\t\t\t\nx\tx\t\t\t\t\n")
        );
        assert_eq!(written(CONTENT, "Notes").ok().as_deref(), Some(""));
    }

    #[test]
    fn a_table_without_end_is_damaged_and_a_repeated_cell_has_an_end() {
        let cut = &CONTENT[..CONTENT.find("</table:table>\n    </office").unwrap()];
        assert!(written(cut, "A & B").is_err());
        let cell = |attributes: &str| {
            format!(
                "<table:table table:name=\"x\"><table:table-row {attributes}><table:table-cell office:value=\"1\" table:number-columns-repeated=\"16000\"/></table:table-row></table:table>"
            )
        };
        assert!(written(&cell(""), "x").is_ok());
        for attributes in ["table:number-rows-repeated=\"1048576\"", "table:number-rows-repeated=\"99999999999\""] {
            assert!(written(&cell(attributes), "x").is_err());
        }
    }

    #[test]
    fn encryption_stands_in_the_manifest() {
        let manifest = |inner: &str| {
            format!("<manifest:manifest><manifest:file-entry>{inner}</manifest:file-entry></manifest:manifest>")
        };
        assert_eq!(is_encrypted(manifest("").as_bytes()).ok(), Some(false));
        assert_eq!(is_encrypted(manifest("<manifest:encryption-data/>").as_bytes()).ok(), Some(true));
    }
}
