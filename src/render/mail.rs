//! The mail.
