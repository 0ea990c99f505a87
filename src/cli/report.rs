//! `errstat report`: pages and pictures.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    Stop, load,
    options::Shared,
    output::{self, shown, write},
    screen,
};
use crate::{
    analysis::Analysis,
    chart::{self, Chart},
    error::{Error, Result},
    model::Privacy,
    render::{html, json, markdown},
};

/// The report: a page, pictures and the numbers
///
/// A folder gets report.html, overview.png, charts/ and summary.json. A name that ends in .html, .md, .png or
/// .json is a file. Several -o write from one reading.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Where to write: a folder, or a file ending in .html, .md, .png or .json
    #[arg(short, long, value_name = "DIR|FILE", required = true)]
    output: Vec<PathBuf>,

    /// Size of the PNG pictures, as a factor
    #[arg(long, value_name = "FACTOR", default_value = "2", value_parser = scale)]
    scale: f32,

    #[command(flatten)]
    shared: Shared,
}

fn scale(text: &str) -> std::result::Result<f32, String> {
    text.parse()
        .ok()
        .filter(|scale| (0.5..=4.0).contains(scale))
        .ok_or_else(|| "a number from 0.5 to 4 is wanted".to_owned())
}

/// What a place is to hold.
enum Target {
    Folder,
    Page,
    Markdown,
    Picture,
    Numbers,
}

/// Decided by the name's ending alone.
fn target(place: &Path) -> Result<Target> {
    match place.extension().map(|ending| ending.to_string_lossy().to_lowercase()).as_deref() {
        Some("html") => Ok(Target::Page),
        Some("md") => Ok(Target::Markdown),
        Some("png") => Ok(Target::Picture),
        Some("json") => Ok(Target::Numbers),
        Some("eml") => Err(Error::new("error.output_format").with("path", shown(place)).with("format", "a mail")),
        _ => Ok(Target::Folder),
    }
}

pub fn run(mut arguments: Arguments, command_line: &[OsString]) -> std::result::Result<(), Stop> {
    let targets =
        arguments.output.iter().map(|place| Ok((place.as_path(), target(place)?))).collect::<Result<Vec<_>>>()?;
    let analysis = load::analyse(&mut arguments.shared, true)?;
    let report = Report {
        analysis: &analysis,
        shared: &arguments.shared,
        scale: arguments.scale,
        command_line: quoted(command_line, arguments.shared.privacy()),
    };
    for (place, target) in targets {
        match target {
            Target::Folder => report.folder(place)?,
            Target::Page => write(place, report.page(&report.charts())?.as_bytes())?,
            Target::Markdown => {
                write(place, markdown::markdown(&analysis, report.shared.lang(), report.shared.top()).as_bytes())?
            }
            Target::Picture => write(place, &report.picture(&report.overview())?)?,
            Target::Numbers => write(place, report.numbers()?.as_bytes())?,
        }
    }
    if !report.shared.showing.quiet {
        screen::tell(&analysis.headline);
        for place in &arguments.output {
            let page = place.join("report.html");
            screen::tell(&shown(if page.is_file() { &page } else { place }));
        }
    }
    Ok(())
}

struct Report<'a> {
    analysis: &'a Analysis,
    shared: &'a Shared,
    scale: f32,
    command_line: String,
}

impl Report<'_> {
    /// The charts, in the language of the page; a browser has its own fonts.
    fn charts(&self) -> Vec<Chart> {
        chart::all(self.analysis, self.shared.lang(), self.shared.top())
    }

    /// The charts as pictures are to show them: in English where no font has the language's script.
    fn drawn_charts(&self) -> Vec<Chart> {
        chart::all(self.analysis, chart::picture_language(self.shared.lang()), self.shared.top())
    }

    fn overview(&self) -> String {
        chart::overview(self.analysis, chart::picture_language(self.shared.lang()), self.shared.top())
    }

    /// Characters without a font become boxes in a picture: that is said.
    fn warn<'s>(&self, pictures: impl Iterator<Item = &'s str>) {
        if !self.shared.showing.quiet {
            for missing in chart::missing_scripts(pictures) {
                screen::tell(&self.shared.lang().say(&missing.warning(self.shared.lang())));
            }
        }
    }

    fn picture(&self, svg: &str) -> Result<Vec<u8>> {
        self.warn([svg].into_iter());
        chart::png(svg, self.scale).map_err(undrawn)
    }

    fn numbers(&self) -> Result<String> {
        json::json(self.analysis).map_err(|error| Error::new("error.frame").with("cause", error))
    }

    fn page(&self, charts: &[Chart]) -> Result<String> {
        let lang = self.shared.lang();
        let view = html::PageView {
            lang,
            charts,
            command_line: &self.command_line,
            top: self.shared.top(),
            slices: self.analysis.slices.as_ref(),
        };
        html::page(self.analysis, &view).map_err(|error| Error::new("error.drawing").with("cause", error))
    }

    /// Everything, in a folder.
    fn folder(&self, place: &Path) -> Result<()> {
        let pictures = place.join("charts");
        output::folder(&pictures)?;
        let charts = self.drawn_charts();
        let overview = self.overview();
        let svgs: Vec<&str> = charts.iter().map(|chart| chart.svg.as_str()).chain([overview.as_str()]).collect();
        self.warn(svgs.iter().copied());
        let drawn = chart::pngs(&svgs, self.scale, self.shared.read_options().threads)
            .into_iter()
            .collect::<std::result::Result<Vec<_>, _>>()
            .map_err(undrawn)?;
        let mut written = Vec::new();
        for (chart, png) in charts.iter().zip(&drawn) {
            for (ending, bytes) in [("svg", chart.svg.as_bytes()), ("png", png)] {
                let name = format!("{}.{ending}", chart.file_stem());
                write(&pictures.join(&name), bytes)?;
                written.push(name);
            }
        }
        if let Some(png) = drawn.last() {
            write(&place.join("overview.png"), png)?;
        }
        write(&place.join("summary.json"), self.numbers()?.as_bytes())?;
        write(&place.join("report.html"), self.page(&self.charts())?.as_bytes())?;
        remove_old(&pictures, &written);
        Ok(())
    }
}

fn undrawn(cause: chart::PngError) -> Error {
    Error::new("error.drawing").with("cause", cause)
}

/// Removes pictures of incidents that an earlier report had and this one has not. Other files are not touched.
fn remove_old(folder: &Path, written: &[String]) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let number = name
            .strip_prefix("incident-")
            .and_then(|rest| rest.strip_suffix(".svg").or_else(|| rest.strip_suffix(".png")));
        let own = ["timeline", "details", "heatmap", "reasons", "channels"]
            .iter()
            .any(|chart| name == format!("{chart}.svg") || name == format!("{chart}.png"));
        if !written.contains(&name) && (own || number.is_some_and(|number| number.parse::<usize>().is_ok())) {
            // What cannot be removed is old news, no failure of this report.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The command as it can be typed again, safe to show.
fn quoted(command_line: &[OsString], privacy: Privacy) -> String {
    let quote = |word: &str| {
        let plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
        if !word.is_empty() && word.chars().all(plain) {
            word.to_owned()
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    };
    let words = command_line.iter().skip(1).map(|word| quote(&privacy.text(&word.to_string_lossy())));
    ["errstat".to_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
}
