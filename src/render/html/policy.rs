//! The page's Content-Security-Policy.

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// Allows this style and this script, by hash, and no fetch of anything.
///
/// Inline handlers and `style` attributes stay forbidden: a hash does not cover them.
/// See <https://www.w3.org/TR/CSP3/#external-hash>.
pub(super) fn policy(style: &str, script: &str) -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(style),
        hash(script)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_sha_256_in_base_64() {
        // `printf '' | openssl dgst -sha256 -binary | base64`, and the same of `a`.
        assert_eq!(
            policy("", "a"),
            "default-src 'none'; style-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; \
             script-src 'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='; base-uri 'none'; form-action 'none'"
        );
    }
}
