//! What the user can say about inputs that meet in time.

/// What to do where inputs meet in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OverlapPolicy {
    /// Merge what is of one channel; inputs that name no channel are compared, and refused if unclear.
    #[default]
    Auto,
    /// All inputs that name no channel are of one channel.
    Max,
    /// Nothing is a repetition: add everything.
    Sum,
}
