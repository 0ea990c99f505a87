//! `errstat completions` and `errstat man`: made from the one definition of the command line.

use clap::{Args, Command};
use clap_complete::Shell;

use super::{Stop, output::unmade, screen};
use crate::{error::Error, model::key};

/// Generate shell completions
///
/// bash: errstat completions bash > ~/.local/share/bash-completion/completions/errstat
/// zsh: errstat completions zsh > FOLDER/_errstat (a folder in $fpath)
/// fish: errstat completions fish > ~/.config/fish/completions/errstat.fish
/// PowerShell: errstat completions powershell | Out-String | Invoke-Expression
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Completions {
    /// bash, zsh, fish, powershell or elvish
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Print the manual page of errstat or of a command
///
/// Read it with: errstat man | man -l -
#[derive(Args, Debug)]
pub struct Man {
    /// summary, report, check, archive add, …
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

pub fn completions(arguments: &Completions, mut program: Command) -> Result<(), Stop> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut program, "errstat", &mut script);
    screen::print(&script)
}

pub fn man(arguments: &Man, mut program: Command) -> Result<(), Stop> {
    program.build();
    let mut wanted = program;
    // `archive add` and, as its page is called, `archive-add`.
    for name in arguments.command.iter().flat_map(|words| words.split('-')) {
        let known: Vec<String> = wanted.get_subcommands().map(|command| command.get_name().to_owned()).collect();
        let found = wanted.get_subcommands().find(|command| command.get_name() == name).cloned();
        wanted = found.ok_or_else(|| {
            Error::new(key::error::COMMAND_UNKNOWN)
                .with("value", crate::model::Privacy::default().text(name))
                .with_list("known", known)
        })?;
    }
    // The page is the long help: what the short one leaves out would stand there without its text.
    let wanted = wanted.mut_args(|argument| argument.hide_short_help(false));
    let mut page = Vec::new();
    clap_mangen::Man::new(wanted).render(&mut page).map_err(unmade)?;
    screen::print(&page)
}
