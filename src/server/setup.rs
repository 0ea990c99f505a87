//! What makes a server's access log answer everything.

use std::sync::LazyLock;

use serde::Deserialize;

/// The lines for one server.
#[derive(Debug, Deserialize)]
pub struct Setup {
    /// What the user calls it.
    pub name: String,
    pub title: String,
    /// Where the lines then write.
    pub log: String,
    /// Shell commands that check and take over the configuration.
    pub reload: String,
    /// Those of the present log, and whether the lines take their place.
    pub directive: Vec<String>,
    #[serde(default)]
    pub replaces: bool,
    #[serde(rename = "part")]
    pub parts: Vec<Part>,
}

/// Lines of one place in the configuration.
#[derive(Debug, Deserialize)]
pub struct Part {
    pub place: Vec<String>,
    pub lines: String,
}

/// All servers that have such lines.
pub fn setups() -> &'static [Setup] {
    #[derive(Deserialize)]
    struct Known {
        setup: Vec<Setup>,
    }
    static KNOWN: LazyLock<Vec<Setup>> =
        LazyLock::new(|| toml::from_str::<Known>(include_str!("setups.toml")).expect("a list of setups").setup);
    &KNOWN
}
