//! `errstat report`: pages and pictures.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    Stop, load,
    options::{AccessLogs, Shared, parsed},
    output::{self, shown},
    screen,
};
use crate::{
    chart::{self, Svg},
    error::{Error, Result},
    model::key,
    render::{
        chat::Product,
        html, json,
        mail::{self, Address, Subject},
        markdown, openmetrics, workbook,
    },
    story::Story,
};

/// The endings of files that errstat writes.
const ENDINGS: [&str; 11] = [
    ".html",
    ".eml",
    ".md",
    ".png",
    ".json",
    ".xlsx",
    ".prom",
    ".slack.json",
    ".teams.json",
    ".discord.json",
    ".line-flex.json",
];

/// Write a report: a page, pictures and the numbers
///
/// A folder gets report.html, overview.png, charts/ and summary.json. A name that ends in .html, .eml, .md, .png, .json or
/// .xlsx is one file; .eml is a mail for sendmail, .xlsx a workbook for Excel, and .slack.json, .teams.json, .discord.json
/// or .line-flex.json a message for that chat; .prom is OpenMetrics. With several -o, errstat reads the inputs once.
#[derive(Args, Debug)]
pub struct Arguments {
    /// A folder, or a .html, .eml, .md, .png, .json or .xlsx file
    #[arg(short, long, value_name = "DIR|FILE", required = true)]
    output: Vec<PathBuf>,

    /// Scale of the PNG pictures
    #[arg(long, value_name = "FACTOR", default_value = "2", value_parser = scale)]
    scale: f32,

    /// Sender of the mail: name@example.com
    ///
    /// Also with a name: 'Name <name@example.com>'.
    #[arg(long, value_name = "ADDRESS", value_parser = parsed::<Address>, allow_hyphen_values = true)]
    mail_from: Option<Address>,

    /// Recipient of the mail (repeatable)
    #[arg(long, value_name = "ADDRESS", value_parser = parsed::<Address>, allow_hyphen_values = true)]
    mail_to: Vec<Address>,

    /// Subject of the mail, after its state and number
    #[arg(long, value_name = "TEXT", value_parser = parsed::<Subject>)]
    subject: Option<Subject>,

    #[command(flatten)]
    shared: Shared,

    #[command(flatten)]
    access: AccessLogs,
}

fn scale(text: &str) -> Result<f32> {
    let factor = text.parse().ok().filter(|scale| (0.5..=4.0).contains(scale));
    factor.ok_or_else(|| Error::new(key::usage::SCALE).with("value", text))
}

/// What a place is to hold.
enum Target<'a> {
    Folder,
    Page,
    Markdown,
    /// From this sender.
    Mail(&'a Address),
    Picture,
    Numbers,
    Message(Product),
    Metrics,
    Workbook,
}

impl Arguments {
    /// Decided by the name's ending alone; a folder has none, or a slash at its end.
    ///
    /// # Errors
    /// Where the ending is another: nobody wants a folder called out.pdf. A mail without sender or addressee.
    fn target(&self, place: &Path) -> Result<Target<'_>> {
        if place.to_string_lossy().ends_with(['/', std::path::MAIN_SEPARATOR]) {
            return Ok(Target::Folder);
        }
        let ending = place.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        Ok(match ending.as_deref() {
            None => Target::Folder,
            Some("html") => Target::Page,
            Some("eml") => match &self.mail_from {
                None => return Err(Error::new(key::error_mail::NO_SENDER)),
                Some(_) if self.mail_to.is_empty() => return Err(Error::new(key::error_mail::NO_ADDRESSEE)),
                Some(from) => Target::Mail(from),
            },
            Some("md") => Target::Markdown,
            Some("png") => Target::Picture,
            Some("json") => {
                Product::ALL.into_iter().find(|chat| names(place, *chat)).map_or(Target::Numbers, Target::Message)
            }
            Some("prom") => Target::Metrics,
            Some("xlsx") => Target::Workbook,
            Some(_) if place.is_dir() => Target::Folder,
            Some(ending) => {
                return Err(Error::new(key::error::OUTPUT_ENDING)
                    .with("path", shown(place))
                    .with("ending", shown(Path::new(&format!(".{ending}"))))
                    .with_list("known", ENDINGS));
            }
        })
    }
}

/// Whether a file's name says that it is a message for a chat: `weekly.slack.json`.
fn names(place: &Path, chat: Product) -> bool {
    let stem = place.file_stem().map(Path::new);
    stem.and_then(Path::extension).is_some_and(|ending| ending.eq_ignore_ascii_case(chat.name()))
}

pub fn run(arguments: Arguments, command_line: &[OsString]) -> std::result::Result<(), Stop> {
    let targets: Vec<(&Path, Target<'_>)> =
        arguments.output.iter().map(|place| Ok((place.as_path(), arguments.target(place)?))).collect::<Result<_>>()?;
    let outputs: Vec<&Path> = targets.iter().map(|(place, _)| *place).collect();
    load::apart(&arguments.shared, &arguments.access, &outputs)?;
    screen::tell_zone(&arguments.shared);
    let analysis = load::analyse(&arguments.shared, &arguments.access, true)?;
    let lang = arguments.shared.lang();
    // Pictures are in English where no font has the language's script; a browser has its own fonts.
    let story = arguments.shared.story(&analysis, lang);
    let report = Report {
        drawn: arguments.shared.story(&analysis, chart::picture_language(lang)),
        story: &story,
        arguments: &arguments,
        command_line: screen::command_line(screen::without_addresses(command_line), arguments.shared.privacy()),
    };
    let mut files: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    let mut folders: Vec<PathBuf> = Vec::new();
    for (place, target) in &targets {
        let bytes = match target {
            Target::Folder => {
                let inside = report.folder(place)?;
                output::within(place, inside.iter().map(|(place, _)| place))?;
                files.extend(inside);
                folders.push(place.join(CHARTS));
                continue;
            }
            Target::Page => report.page()?.into_bytes(),
            Target::Mail(from) => report.mail(from)?,
            Target::Markdown => markdown::markdown(&story).into_bytes(),
            Target::Picture => report.pictures(&[&chart::overview(&report.drawn)])?.remove(0),
            Target::Numbers => report.numbers()?,
            Target::Metrics => openmetrics::openmetrics(&story).into_bytes(),
            Target::Message(chat) => chat.message(&story).into_bytes(),
            Target::Workbook => workbook::workbook(&story).map_err(output::unmade)?,
        };
        files.push((place.to_path_buf(), bytes));
    }
    folders.iter().try_for_each(|folder| output::folder(folder))?;
    output::write_all(files.iter().map(|(place, bytes)| (place.as_path(), &bytes[..])))?;
    folders.iter().for_each(|folder| remove_old(folder, &files));
    if !arguments.shared.showing.quiet {
        let filter = story.filter.as_ref().map(|filter| format!("{filter}. "));
        screen::tell(&(filter.unwrap_or_default() + &story.headline));
        for place in &arguments.output {
            let page = place.join("report.html");
            screen::tell(&shown(if page.is_file() { &page } else { place }));
        }
    }
    Ok(())
}

struct Report<'a> {
    story: &'a Story<'a>,
    /// The same, in the language of the pictures.
    drawn: Story<'a>,
    arguments: &'a Arguments,
    command_line: String,
}

impl Report<'_> {
    /// The message, with some pictures and the page.
    fn mail(&self, from: &Address) -> Result<Vec<u8>> {
        let charts = chart::for_mail(&self.drawn);
        let drawn = self.pictures(&charts.iter().map(|chart| &chart.svg).collect::<Vec<_>>())?;
        let pictures: Vec<mail::Picture<'_>> =
            charts.iter().zip(&drawn).map(|(chart, png)| mail::Picture { chart, png }).collect();
        let page = self.page()?;
        let view = mail::MailView {
            from,
            to: &self.arguments.mail_to,
            subject: self.arguments.subject.as_ref(),
            pictures: &pictures,
            page: page.as_bytes(),
        };
        mail::mail(self.story, &view)
    }

    /// Characters without a font become boxes in a picture, and a language without one becomes English: that is said.
    fn warn(&self, pictures: &[&Svg]) {
        if self.arguments.shared.showing.quiet {
            return;
        }
        let lang = self.story.lang();
        for missing in chart::missing_scripts(pictures.iter().copied()) {
            screen::tell(&lang.say(&missing.warning(lang)));
        }
        if lang != self.drawn.lang() {
            let wanted = chart::all(self.story);
            let missing = chart::missing_scripts(wanted.iter().map(|chart| &chart.svg));
            // Names of other scripts have been told of.
            missing.first().into_iter().for_each(|missing| screen::tell(&lang.say(&missing.in_english(lang))));
        }
    }

    fn pictures(&self, svgs: &[&Svg]) -> Result<Vec<Vec<u8>>> {
        self.warn(svgs);
        let drawn = chart::pngs(svgs, self.arguments.scale, self.arguments.shared.read_options().threads);
        drawn
            .into_iter()
            .map(|drawn| drawn.map_err(|cause| Error::new(key::error::DRAWING).with("cause", cause)))
            .collect()
    }

    fn numbers(&self) -> Result<Vec<u8>> {
        json::summary(self.story).map(String::into_bytes).map_err(output::unmade)
    }

    /// The page, whose charts are in its own language: a browser has its own fonts.
    fn page(&self) -> Result<String> {
        let view = html::PageView { charts: &chart::all(self.story), command_line: &self.command_line };
        html::page(self.story, &view).map_err(|error| Error::new(key::error::DRAWING).with("cause", error))
    }

    /// Everything that a folder holds.
    fn folder(&self, place: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>> {
        let (charts, overview) = (chart::all(&self.drawn), chart::overview(&self.drawn));
        let svgs: Vec<&Svg> = charts.iter().map(|chart| &chart.svg).chain([&overview]).collect();
        let mut drawn = self.pictures(&svgs)?;
        let mut files = Vec::new();
        files.extend(drawn.pop().map(|png| (place.join("overview.png"), png)));
        for (chart, png) in charts.into_iter().zip(drawn) {
            let stem = place.join(CHARTS).join(chart.file_stem());
            files.push((stem.with_extension("svg"), chart.svg.as_str().into()));
            files.push((stem.with_extension("png"), png));
        }
        files.push((place.join("summary.json"), self.numbers()?));
        files.push((place.join("report.html"), self.page()?.into_bytes()));
        Ok(files)
    }
}

/// The folder of the single charts.
const CHARTS: &str = "charts";

/// Removes charts that an earlier report had, perhaps one of an earlier version, and this one has not. Other files are not touched.
fn remove_old(folder: &Path, written: &[(PathBuf, Vec<u8>)]) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let stem = name.strip_suffix(".svg").or_else(|| name.strip_suffix(".png")).unwrap_or_default();
        let is_number = |rest: &str| rest.parse::<usize>().is_ok();
        let own = ["strip", "timeline", "webhooks", "latency", "details", "heatmap", "reasons", "channels"]
            .contains(&stem)
            || stem.strip_prefix("incident-").is_some_and(is_number);
        if own && written.iter().all(|(place, _)| *place != entry.path()) {
            // What cannot be removed is old news, no failure of this report.
            let _ = fs::remove_file(entry.path());
        }
    }
}
