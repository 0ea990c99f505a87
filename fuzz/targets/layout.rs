//! Layout recognition: any bytes are a table or something else, and a table is one that can be read.

#![no_main]

use std::io::Read;

use encoding_rs::{SHIFT_JIS, UTF_8};
use errstat_fuzz::input::{
    ColumnName, ReadOptions, Role, encoding,
    layout::{self, Layout, Recognition},
};
use libfuzzer_sys::fuzz_target;
use strum::IntoEnumIterator;

/// What the user says, by the first byte.
fn options(choice: u8) -> ReadOptions {
    let columns = |list: &[(Role, ColumnName)]| ReadOptions { columns: list.to_vec(), ..ReadOptions::default() };
    let heading = |text: &str| ColumnName::Heading(text.into());
    match choice {
        b'1' => columns(&[(Role::Time, ColumnName::Number(2)), (Role::Reason, ColumnName::Number(1))]),
        b'2' => columns(&[(Role::Time, heading("When")), (Role::Count, ColumnName::Number(4))]),
        b'3' => {
            columns(&[(Role::Time, heading("Date")), (Role::Reason, heading("Reason")), (Role::Count, heading("n"))])
        }
        b'4' => ReadOptions { time_format: Some("%d.%m.%y %H:%M".into()), ..ReadOptions::default() },
        b'5' => ReadOptions { time_format: Some("%s".into()), ..ReadOptions::default() },
        b'6' => ReadOptions { encoding: Some(SHIFT_JIS), ..ReadOptions::default() },
        _ => ReadOptions::default(),
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((choice, data)) = data.split_first() else { return };
    let options = options(*choice);
    let found = encoding::recognise(data, options.encoding);
    let (text, cells) = if encoding::needs_transcoding(found.encoding) {
        let mut text = Vec::new();
        encoding::transcoded(data, found.encoding).read_to_end(&mut text).expect("memory can be read");
        (text, UTF_8)
    } else {
        (data[found.mark..].to_vec(), found.encoding)
    };
    let recognised = layout::recognise(&text, cells, "x", &options);
    if let Ok(Recognition::Table(layout)) = &recognised {
        readable(layout, &text);
    }
    // How lines end is no matter of columns.
    if !text.contains(&b'\r') {
        let dos: Vec<u8> = text
            .iter()
            .flat_map(|b| if *b == b'\n' { &b"\r\n"[..] } else { std::slice::from_ref(b) })
            .copied()
            .collect();
        let again = layout::recognise(&dos, cells, "x", &options);
        let shown = |recognised| {
            let mut recognised: Result<Recognition, _> = recognised;
            if let Ok(Recognition::Table(layout)) = &mut recognised {
                // Where the rows begin is told in bytes.
                layout.rows_at = 0;
            }
            format!("{recognised:?}")
        };
        assert_eq!(shown(recognised), shown(again));
    }
});

/// A layout fits itself and its text.
fn readable(layout: &Layout, text: &[u8]) {
    assert!(b"\t,;".contains(&layout.delimiter));
    let columns: Vec<usize> = Role::iter().filter_map(|role| layout.column(role)).collect();
    let tells_time = |role: &Role| role.tells_time() && layout.column(*role).is_some();
    assert!(Role::iter().any(|role| tells_time(&role)) && layout.column(Role::Reason).is_some());
    for (i, column) in columns.iter().enumerate() {
        assert!(*column < layout.needed && layout.needed <= layout.width);
        assert!(!columns[..i].contains(column), "a column has two roles");
    }
    let lines = text.split(|b| matches!(b, b'\n' | b'\r')).count() as u64;
    assert!(layout.preamble <= lines && layout.skipped.len() as u64 <= layout.preamble);
    assert!(layout.heading_line.is_none_or(|line| line > 0));
    assert!(layout.skipped.iter().all(|line| 0 < line.line && line.line <= layout.preamble));
    layout.time.describe();
}
