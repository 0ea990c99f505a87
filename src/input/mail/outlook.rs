//! Mails as Outlook saves them (`.msg`): told apart, not read.

/// Names of streams that only mails have ([MS-OXMSG], section 2), as the directory of the file writes them: UTF-16.
const NAMES: [&str; 3] = ["__properties_version1.0", "__nameid_version1.0", "__substg1.0_"];

/// Whether bytes of a compound file name a stream that only mails have.
pub fn names_mail(bytes: &[u8]) -> bool {
    let wide = |name: &str| name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    NAMES.iter().any(|name| memchr::memmem::find(bytes, &wide(name)).is_some())
}

/// Where the directory of a compound file begins, by the file's first 512 bytes ([MS-CFB], section 2.2).
pub fn directory(head: &[u8]) -> Option<u64> {
    let shift = u16::from_le_bytes(head.get(30..32)?.try_into().ok()?);
    let sector = u32::from_le_bytes(head.get(48..52)?.try_into().ok()?);
    (shift == 9 || shift == 12).then(|| (u64::from(sector) + 1) << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_known_by_its_directory() {
        let mut head = vec![0; 512];
        head[30] = 9;
        head[48] = 3;
        // The header has the place of a sector, then come sectors 0, 1, 2 and the directory.
        assert_eq!(directory(&head), Some(4 * 512));
        assert_eq!(directory(&[0; 512]), None);
        assert_eq!(directory(&head[..40]), None);
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        assert!(names_mail(&wide("Root Entry__substg1.0_0037001F")) && !names_mail(&wide("Workbook")));
    }
}
