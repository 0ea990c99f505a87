//! Words of a command that can be pasted.

/// A word as a shell reads it.
pub fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::shell_word;

    #[test]
    fn what_a_shell_would_read_otherwise_is_quoted() {
        for (word, quoted) in [
            ("shop=in/shop-1.tsv", "shop=in/shop-1.tsv"),
            ("w47 (1).tsv", "'w47 (1).tsv'"),
            ("it's", r"'it'\''s'"),
            ("", "''"),
            ("$(x)", "'$(x)'"),
            ("a[[]1].tsv", "'a[[]1].tsv'"),
        ] {
            assert_eq!(shell_word(word), quoted);
        }
    }
}
