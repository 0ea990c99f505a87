//! What a file is, by its first bytes.

/// So many of the first bytes tell.
pub const MARK: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Parquet,
    Gzip,
    Zstd,
    /// Of members, or a document of an office program.
    Zip,
    /// A document of Microsoft's older programs, or a mail of Outlook's.
    Compound,
    Plain,
}

impl Format {
    pub fn of(head: &[u8]) -> Format {
        match head {
            [b'P', b'A', b'R', b'1', ..] => Format::Parquet,
            [0x1f, 0x8b, ..] => Format::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Format::Zstd,
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Format::Zip,
            [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => Format::Compound,
            _ => Format::Plain,
        }
    }
}
