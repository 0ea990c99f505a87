//! How the page looks: dark, on paper, on every width, legible, and what it weighs.

use chrono::TimeDelta;
use serde_json::Value;

use super::{Numbers, Report, address, assert_quiet, export};
use crate::{
    browser::Tab,
    program::{AS_OF, Folder},
};

/// A page of another kind: its name, and the folder in which it lies as `report.html`.
fn page(name: &str, export: &str, options: &str) -> (String, Folder) {
    let folder = Folder::with("export.tsv", export);
    folder.errstat(&format!("report export.tsv -o report.html {options}")).arg("--as-of").arg(AS_OF).done();
    (name.to_owned(), folder)
}

/// Names that are written from left to right, from right to left, without blanks, and beyond the first plane.
const SCRIPTS: &str = "Time\tReason\tDetail\tCount\tChannel name\n\
    2026-11-16 10:00:00\terror_status_code\t502\t30\tร้านค้าออนไลน์ของเรา\n\
    2026-11-16 11:00:00\tข้อผิดพลาด\tการเชื่อมต่อล้มเหลว\t20\t我們的線上商店\n\
    2026-11-16 12:00:00\trequest_timeout\tRequest timeout\t10\t우리 온라인 상점\n\
    2026-11-16 13:00:00\tخطأ\tفشل الاتصال بالخادم\t5\tمتجرنا على الإنترنت\n\
    2026-11-16 14:00:00\tunclassified\t🙂🙃\t2\t予約ボット（本番）\n";

/// Eight weeks of a quiet channel with an outage of half an hour on every other day.
fn many_incidents() -> String {
    let mut export = export::steady(56, 400, &["shop", "booking"]);
    for day in 0..25 {
        let first = export::date(2026, 10, 1) + chrono::Days::new(2 * day);
        export += &(0..30)
            .map(|minute| format!("{first} 03:{minute:02}:00\terror_status_code\t503\t{}\tshop\n", 5 + day))
            .collect::<String>();
    }
    export
}

/// Eight weeks of a quiet channel, and on a day two outages of different kinds, one of five hours and one of two within it.
fn overlapping() -> String {
    let minutes = |hours: std::ops::Range<u32>, what: &str| -> String {
        let minutes = (hours.start * 60..hours.end * 60).map(|i| (i / 60, i % 60));
        minutes.map(|(hour, minute)| format!("2026-11-18 {hour:02}:{minute:02}:00\t{what}\tshop\n")).collect()
    };
    export::steady(56, 400, &["shop"])
        + &minutes(3..8, "could_not_connect\tTLS handshake failure: https://bot.example.com/\t4")
        + &minutes(5..7, "error_status_code\t503\t9")
}

/// Pages as they come: one row, none, many channels, a year, long names.
fn pages() -> Vec<(String, Folder)> {
    let heading = "Time\tReason\tDetail\tCount\n";
    let long = "とても長い名前 and_more_without_a_single_space_".repeat(40);
    let long: String =
        (0..30).map(|i| format!("2026-11-16 10:{i:02}:00\tnews_{i}\t{i} {long}\t{}\tshop {long}\n", 30 - i)).collect();
    let channels: Vec<String> = (1..=10).map(|i| format!("channel {i}")).collect();
    let channels: Vec<&str> = channels.iter().map(String::as_str).collect();
    let unknown: String =
        (0..15).map(|i| format!("2026-11-{} 10:00:00\treason_{i}\twhat {i}\t{}\n", 10 + i % 7, 30 - i)).collect();
    let unknown = format!("{heading}{unknown}");
    let sixty: String =
        (0..60).map(|i| format!("2026-11-16 10:{i:02}:00\terror_status_code\t{}\t{}\n", 400 + i, 1 + i)).collect();
    let sixty = format!("{heading}{sixty}");
    let outage: String = (0..24 * 60)
        .map(|i| format!("2026-11-16 {:02}:{:02}:00\terror_status_code\t503\t9\n", i / 60, i % 60))
        .collect();
    let outage = format!("{heading}{outage}");
    vec![
        page("the sample", &export::sample(), "--period 2026-W47"),
        page("one row", &format!("{heading}2026-11-16 10:00:00\terror_status_code\t502\t1\n"), ""),
        page("no errors", &export::sample(), "--period 2026-01-05..2026-01-11"),
        page("no rows", heading, ""),
        page(
            "days without times",
            "Date\tReason\tDetail\tCount\n2026-11-16\trequest_timeout\tRequest timeout\t3\n\
             2026-11-18\terror_status_code\t500\t2\n",
            "",
        ),
        page("a year of ten channels", &export::steady(365, 6000, &channels), "--window day"),
        page("sixty details", &sixty, "--top 100"),
        page("twenty-five incidents", &many_incidents(), ""),
        page("nothing but an outage", &outage, "--period 2026-11-16"),
        page("names of many scripts", SCRIPTS, "--lang ja"),
        page("incidents at the same time", &overlapping(), "--period 2026-11-18"),
        page("more unknown reasons than colours", &unknown, "--lang ja"),
        page("a week that has just begun", &export::sample(), "--period this-week"),
        page("months without data on both sides", &export::sample(), "--period 2026-08-01..2026-12-15 --window day"),
        page("a filter", &export::sample(), "--period 2026-W47 --only reason=request_timeout"),
        page("long names", &format!("Time\tReason\tDetail\tCount\tChannel name\n{long}"), "--top 50"),
        page(
            "ten thousand windows",
            &export::steady(30, 2000, &["shop"]),
            "--window 5m --period 2026-10-25..2026-11-22",
        ),
    ]
}

#[test]
fn every_kind_of_page_opens_quietly_and_fits_every_width() {
    let Some(tab) = Tab::new() else { return };
    for (name, folder) in pages() {
        tab.size(1200, 900);
        tab.go(&address(&folder, "report.html"));
        for width in [320, 390, 768, 1280, 1900] {
            tab.size(width, 900);
            tab.settle();
            let needed: u32 = tab.ask("document.documentElement.scrollWidth");
            let cut: Vec<String> = tab.ask(CUT);
            assert_eq!(cut, [""; 0], "{name}: cut off at a width of {width}");
            assert!(needed <= width, "{name}: {needed} pixels at a width of {width}");
        }
        assert_quiet(&tab, &address(&folder, "report.html"));
        let text: String = tab.ask("document.body.innerText");
        for broken in ["NaN", "undefined", "Infinity", "[object", "{number}", "{window}"] {
            assert!(!text.contains(broken), "{name}: {broken}");
        }
    }
}

/// What is cut off: elements beyond the window that do not lie in a region that scrolls and shows it by its shadow, texts
/// that their own element hides, letters beyond a drawing.
const CUT: &str = r##"(() => {
    const scrolls = region => region.scrollWidth > region.clientWidth + 1;
    const shadowed = region => getComputedStyle(region).backgroundImage.includes("gradient");
    return [...document.querySelectorAll("body *")].filter(element => element.checkVisibility()).filter(element => {
        const box = element.getBoundingClientRect();
        const region = element.closest(".scroll");
        if (region && scrolls(region)) return !shadowed(region);
        const drawing = element.tagName === "text" && element.closest("svg").getBoundingClientRect();
        if (drawing && (box.left < drawing.left - 1 || box.right > drawing.right + 1)) return true;
        const hidden = getComputedStyle(element).overflowX !== "visible" && scrolls(element) && !element.matches("select");
        return hidden || box.width > 0 && (box.right > innerWidth + 1 || box.left < -1 && !element.matches(".skip"));
    }).map(element => element.outerHTML.slice(0, 120)).slice(0, 3);
})()"##;

#[test]
fn a_phone_shows_errors_before_and_change_without_scrolling() {
    let Some(tab) = Tab::new() else { return };
    tab.size(390, 800);
    for report in [Report::of_sample(), Report::of_two_channels()] {
        report.open_in(&tab);
        let beyond: Vec<String> = tab.ask(
            "[...document.querySelectorAll('#reasons th, #reasons td')].filter(cell => cell.checkVisibility())
                .filter(cell => cell.getBoundingClientRect().right > innerWidth).map(cell => cell.outerHTML)",
        );
        assert_eq!(beyond, [""; 0]);
        let shown: usize = tab.ask("document.querySelectorAll('#reasons thead th:not(.wide)').length");
        assert_eq!(shown, 4, "name, errors, before and change");
        // What is folded fits too, and what does not scroll is no stop of the Tab key.
        tab.run("document.querySelectorAll('details').forEach(details => details.open = true)");
        tab.settle();
        let scrolling: Vec<String> = tab.ask(
            "[...document.querySelectorAll('.scroll')].filter(box => box.scrollWidth > box.clientWidth + 1)
                .map(box => box.outerHTML.slice(0, 120))",
        );
        assert_eq!(scrolling, [""; 0]);
        assert_eq!(tab.ask::<usize>("document.querySelectorAll('.scroll[tabindex=\"0\"]').length"), 0);
    }
}

/// Contrast of each text with what lies under it, by WCAG 2.2, 1.4.3:
/// <https://www.w3.org/TR/WCAG22/#contrast-minimum>. Gives how many texts were judged, and those below AA.
const CONTRAST: &str = r##"(() => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const brush = canvas.getContext("2d", { willReadFrequently: true });
    const known = new Map();
    // Any colour of CSS as red, green, blue, alpha.
    const colour = text => {
        if (!known.has(text)) {
            brush.clearRect(0, 0, 1, 1);
            brush.fillStyle = text;
            brush.fillRect(0, 0, 1, 1);
            const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
            known.set(text, [r, g, b, a / 255]);
        }
        return known.get(text);
    };
    const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
    const luminance = ([r, g, b]) => [[r, 0.2126], [g, 0.7152], [b, 0.0722]].reduce((sum, [channel, weight]) => {
        const c = channel / 255;
        return sum + weight * (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    }, 0);
    const drawn = element => element.namespaceURI.endsWith("svg") && element.tagName !== "svg";
    const paint = element => {
        const style = getComputedStyle(element);
        if (!drawn(element)) return colour(style.backgroundColor);
        if (["text", "tspan", "g"].includes(element.tagName) || style.fill === "none") return [0, 0, 0, 0];
        const [r, g, b, a] = colour(style.fill);
        return [r, g, b, a * style.fillOpacity * style.opacity];
    };
    const dark = matchMedia("screen and (prefers-color-scheme: dark)").matches
        && getComputedStyle(document.documentElement).colorScheme.includes("dark");
    const canvasColour = dark ? [18, 18, 18, 1] : [255, 255, 255, 1];
    const poor = new Map();
    let judged = 0;
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    for (let node; (node = texts.nextNode());) {
        const element = node.parentElement;
        if (!node.data.trim() || element.closest("script, style, .unseen, .skip")) continue;
        if (!element.checkVisibility()) continue;
        range.selectNodeContents(node);
        // The first line of a text that takes several.
        const [box] = range.getClientRects();
        if (!box) continue;
        const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
        const stack = document.elementsFromPoint(x, y);
        // What is scrolled out of a region cannot be pointed at.
        const at = stack.indexOf(element);
        if (at < 0) continue;
        judged++;
        const style = getComputedStyle(element);
        const under = stack.slice(drawn(element) ? at + 1 : at).reverse()
            .reduce((below, next) => over(paint(next), below), canvasColour);
        const text = over(colour(drawn(element) ? style.fill : style.color), under);
        const [light, dim] = [luminance(text), luminance(under)].sort((a, b) => b - a);
        const ratio = (light + 0.05) / (dim + 0.05);
        // Sizes in a drawing are those of its own units.
        const size = drawn(element) ? box.height / 1.3 : parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
        if (ratio >= (large ? 3 : 4.5)) continue;
        const name = `${element.tagName}.${element.getAttribute("class")} ${node.data.trim().slice(0, 30)}`;
        poor.set(name, `${ratio.toFixed(2)}: ${text.map(Math.round)} on ${under.map(Math.round)}`);
    }
    return [judged, [...poor].map(pair => pair.join(" "))];
})()"##;

/// Every text that is to be seen stands out as WCAG's level AA asks.
pub fn assert_contrast(tab: &Tab, what: &str) {
    // All of the page is in the window, and nothing is folded.
    tab.run("for (const part of document.querySelectorAll('details')) part.open = true");
    let height: u32 = tab.ask("document.documentElement.scrollHeight");
    tab.size(1900, height + 2000);
    let (judged, poor): (usize, Vec<String>) = tab.ask(CONTRAST);
    assert!(judged > 300, "{what}: only {judged} texts");
    assert_eq!(poor, [""; 0], "{what}");
}

#[test]
fn every_text_stands_out_in_light_and_in_dark() {
    let report = Report::of_sample();
    let Some(tab) = Tab::new() else { return };
    for fragment in ["", "#from=2026-11-18T00:00&to=2026-11-20T00:00&off=request_timeout"] {
        tab.go(&format!("{}{fragment}", report.address()));
        for scheme in ["light", "dark"] {
            tab.media("screen", scheme);
            tab.settle();
            assert_contrast(&tab, &format!("{scheme} {fragment}"));
        }
    }
    let Some(tab) = Tab::new().map(Tab::without_scripts) else { return };
    tab.go(&report.address());
    for scheme in ["light", "dark"] {
        tab.media("screen", scheme);
        assert_contrast(&tab, &format!("{scheme}, without scripts"));
    }
}

/// Luminances of the page's ground and its text, of a chart's ground and its text, from 0 to 1.
fn luminances(tab: &Tab) -> [f64; 4] {
    tab.ask(
        "(() => {
            const light = colour => colour.match(/[\\d.]+/g).slice(0, 3).reduce((sum, part) => sum + part / 765, 0);
            const style = selector => getComputedStyle(document.querySelector(selector));
            const chart = '#picture-timeline svg';
            return [style('body').backgroundColor, style('body').color,
                style(chart + ' .f-surface').fill, style(chart + ' .f-text').fill].map(light);
        })()",
    )
}

#[test]
fn the_reader_who_prefers_dark_gets_the_page_and_its_charts_dark() {
    let report = Report::of_sample();
    let Some(tab) = report.open() else { return };
    let [page, text, chart, letters] = luminances(&tab);
    assert!(page > 0.8 && text < 0.3 && chart > 0.8 && letters < 0.3, "light");
    tab.media("screen", "dark");
    let [page, text, chart, letters] = luminances(&tab);
    assert!(page < 0.2 && text > 0.7 && chart < 0.2 && letters > 0.7, "dark: {page} {text} {chart} {letters}");
    // The bars keep apart from the dark ground.
    let bars: Vec<String> = tab.ask(
        "[...document.querySelectorAll('#timeline-drawing [data-reason]')].map(bar => getComputedStyle(bar).fill)
            .filter((fill, i, all) => all.indexOf(fill) === i)",
    );
    assert_eq!(bars.len(), 4, "a colour for each reason: {bars:?}");
    assert_eq!(Numbers::shown(&tab), report.numbers(|_| true));
    assert_quiet(&tab, &report.address());
}

/// Parts that a printed page must show, and those that make no sense on paper.
fn assert_printable(tab: &Tab) {
    let hidden: Vec<String> = tab.ask(
        "['#total', 'h1', '.strip svg', '.incident .picture svg', '#advice li', '#timeline svg', '#reasons',
          '#hosts', '#inputs', '.command']
            .filter(selector => {
                const element = [...document.querySelectorAll(selector)].find(element => element.checkVisibility());
                const box = element?.getBoundingClientRect();
                return !box || box.width < 5 || box.height < 5;
            })",
    );
    assert_eq!(hidden, [""; 0], "on paper the answer is to be seen");
    let idle: Vec<String> = tab.ask(
        "[...document.querySelectorAll('input, select, button.copy, .choice button, #tip, details:not(.block)')]
            .filter(element => element.checkVisibility()).map(element => element.outerHTML)",
    );
    assert_eq!(idle, [""; 0], "nothing to press on paper");
    let [page, text, chart, letters] = luminances(tab);
    assert!(page > 0.9 && text < 0.3 && chart > 0.9 && letters < 0.3, "paper is white");
    // A4 less Chromium's margins of 1 cm: 718 pixels.
    let needed: u32 = tab.ask("document.documentElement.scrollWidth");
    assert!(needed <= 718, "{needed} pixels do not fit on A4");
}

fn pages_of(pdf: &Value) -> usize {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let bytes = STANDARD.decode(pdf["data"].as_str().expect("a PDF")).expect("base 64");
    assert!(bytes.starts_with(b"%PDF-"), "a PDF");
    String::from_utf8_lossy(&bytes).matches("/Type /Page\n").count()
}

#[test]
fn on_paper_the_answer_takes_a_page_and_all_of_it_four() {
    let Some(tab) = Tab::new() else { return };
    for lang in ["en", "ja", "th", "zh-Hant"] {
        let report = Report::hourly(
            &export::sample(),
            "2026-11-16..2026-11-22",
            &format!("--lang {lang} --exported-at 2026-11-23T09:00"),
        );
        report.open_in(&tab);
        tab.media("print", "light");
        let pages = pages_of(&tab.paper());
        assert!(pages <= 4, "{pages} pages in {lang}");
    }
    let report = Report::of_sample();
    report.open_in(&tab);
    // The preference for dark is one of the screen.
    tab.size(718, 1000);
    tab.media("print", "dark");
    tab.settle();
    assert_printable(&tab);
    assert!(tab.ask::<bool>("document.querySelector('.legend .dot').checkVisibility()"), "the legend is kept");
    let Some(tab) = Tab::new().map(Tab::without_scripts) else { return };
    tab.go(&report.address());
    tab.size(718, 1000);
    tab.media("print", "dark");
    assert_printable(&tab);
}

#[test]
fn a_year_of_a_channel_weighs_at_most_400_kilobytes() {
    // Some twenty rows a day.
    let export = export::steady(365, 7_300, &["shop"]);
    let Some(tab) = Tab::new() else { return };
    for (window, length) in [("hour", 1), ("day", 24), ("week", 168)] {
        let report =
            Report::of(&export, "2025-11-23..2026-11-22", &format!("--window {window}"), TimeDelta::hours(length));
        let bytes = report.html().len();
        assert!(bytes <= 400 * 1024, "{bytes} bytes in windows of a {window}");
        report.open_in(&tab);
        let shown: u64 = tab.ask(
            "JSON.parse(document.getElementById('data').textContent).facts.flat()
                .reduce((sum, number, at) => sum + (at % 3 === 2 ? number : 0), 0)",
        );
        assert_eq!(shown, report.fixed().total);
        assert_quiet(&tab, &report.address());
    }
}
