//! What the drawings say, read back from the SVG and compared with numbers by hand.

use proptest::prelude::*;
use resvg::usvg::roxmltree::{Document, Node};

use super::{
    Chart, measure,
    sample::{self, analysis, compared},
    scene::Scene,
    svg::{Svg, UNITS},
    theme::{MAIL, PAGE, Type, inks, known_reason},
};
use crate::{
    analysis::{Analysis, Class, ClassErrors, History, ReasonRow, State},
    model::{LocalTime, Sentence, key},
    story::Story,
    taxonomy::Lang,
};

const EN: Lang = Lang::En;

fn told(analysis: &Analysis, lang: Lang, top: usize) -> Story<'_> {
    Story::of(analysis, lang, top, &[])
}

fn all(analysis: &Analysis, lang: Lang, top: usize) -> Vec<Chart> {
    super::all(&told(analysis, lang, top))
}

fn overview(analysis: &Analysis, lang: Lang, top: usize) -> Svg {
    super::overview(&told(analysis, lang, top))
}

fn timeline(analysis: &Analysis, lang: Lang) -> Chart {
    super::timeline::timeline(&Scene::new(&told(analysis, lang, 10), &PAGE))
}

fn number(node: Node, name: &str) -> f64 {
    node.attribute(name).unwrap_or_else(|| panic!("{name} of {node:?}")).parse().unwrap()
}

fn of_class<'a>(document: &'a Document, tag: &str, class: &str) -> Vec<Node<'a, 'a>> {
    document.descendants().filter(|node| node.has_tag_name(tag) && node.attribute("class") == Some(class)).collect()
}

fn texts(svg: &Svg) -> Vec<String> {
    let document = Document::parse(svg.as_str()).unwrap();
    document
        .descendants()
        .filter(|node| node.has_tag_name("text"))
        .filter_map(|node| node.text().map(str::to_owned))
        .collect()
}

/// Bars of a reason inside the timeline's plot: how many errors each stands for, from left to right.
fn bars(svg: &Svg, reason: &str) -> Vec<f64> {
    let document = Document::parse(svg.as_str()).unwrap();
    let root = document.root_element();
    let plot: Vec<f64> = root.attribute("data-plot").unwrap().split(' ').map(|n| n.parse().unwrap()).collect();
    let top = number(root, "data-top");
    let class = format!("f-{}", known_reason(reason).unwrap().name);
    of_class(&document, "rect", &class)
        .into_iter()
        .filter(|bar| (plot[1]..plot[1] + plot[3]).contains(&number(*bar, "y")))
        .map(|bar| number(bar, "height") / plot[3] * top)
        .collect()
}

fn chart<'a>(charts: &'a [Chart], name: &str) -> &'a Chart {
    charts.iter().find(|chart| chart.name == name).unwrap_or_else(|| panic!("no {name}"))
}

fn week() -> Analysis {
    let mut week =
        analysis("day", 1440, &[[0, 3, 0, 0], [0, 0, 96, 0], [0; 4], [4, 2, 1, 1], [0; 4], [0; 4], [0, 0, 0, 10]]);
    week.incidents = vec![sample::incident(1440 + 600, &[10, 31, 55], "error_status_code", "502")];
    week
}

#[test]
fn bars_are_as_high_as_their_counts() {
    let svg = timeline(&week(), EN).svg;
    let close = |found: Vec<f64>, counts: &[f64]| {
        assert_eq!(found.len(), counts.len(), "{found:?}");
        // A tenth of a pixel is 0.04 errors here; the gap between colours is a pixel.
        assert!(found.iter().zip(counts).all(|(found, count)| (found - count).abs() < 0.5), "{found:?} {counts:?}");
    };
    close(bars(&svg, "error_status_code"), &[96.0, 1.0]);
    close(bars(&svg, "could_not_connect"), &[4.0]);
    close(bars(&svg, "request_timeout"), &[3.0, 2.0]);
    close(bars(&svg, "unclassified"), &[1.0, 10.0]);
}

#[test]
fn columns_and_legend_are_labelled_with_their_counts() {
    let shown = texts(&timeline(&week(), EN).svg);
    // 96 and 1 errors of that reason; 96 on the second day and 8 on the fourth.
    for label in ["Errors per day", "16 Nov", "Mon", "error_status_code", "97", "96", "8"] {
        assert!(shown.iter().any(|text| text == label), "{label}: {shown:?}");
    }
}

#[test]
fn an_incident_is_marked_where_it_was() {
    let svg = timeline(&week(), EN).svg;
    let document = Document::parse(svg.as_str()).unwrap();
    let plot: Vec<f64> =
        document.root_element().attribute("data-plot").unwrap().split(' ').map(|n| n.parse().unwrap()).collect();
    // In the plot with the outage, and in the one without.
    let [shade, ..] = of_class(&document, "rect", "f-incident")[..] else { panic!("a shade") };
    // It starts 10 hours into the second of seven days, and stands on that day's column.
    let day = plot[0] + plot[2] / 7.0..plot[0] + plot[2] * 2.0 / 7.0;
    let columns = of_class(&document, "rect", "f-error-status-code");
    let column =
        columns.into_iter().find(|rect| number(*rect, "y") > plot[1] && day.contains(&number(*rect, "x"))).unwrap();
    let expected = number(column, "x") + number(column, "width") * 10.0 / 24.0;
    assert!((number(shade, "x") - expected).abs() < 1.0 * UNITS, "{shade:?} at {expected}");
    assert_eq!(of_class(&document, "rect", "f-incident-mark").len(), 1);
}

#[test]
fn ordinary_hours_are_seen_beside_an_outage() {
    // 23 hours of 1 to 3 errors and one of 300: a hundred times what others have.
    let mut hours: Vec<[u64; 4]> = (0..24).map(|hour| [0, hour % 3 + 1, 0, 0]).collect();
    hours[12] = [0, 0, 300, 0];
    let chart = timeline(&analysis("hour", 60, &hours), EN);
    let shown = texts(&chart.svg);
    let note = "The same without the highest column (shaded), on its own scale";
    assert!(shown.contains(&note.to_owned()), "{shown:?}");
    let document = Document::parse(chart.svg.as_str()).unwrap();
    let heights: Vec<f64> =
        of_class(&document, "rect", "f-request-timeout").into_iter().map(|bar| number(bar, "height")).collect();
    // The legend, and 23 hours in each plot; in the second the columns of three errors are as high as it is.
    assert_eq!(heights.len(), 1 + 2 * 23);
    assert!((heights.iter().copied().fold(0.0, f64::max) - PAGE.plot * 0.5 * 10.0).abs() < 1.0);
    assert_eq!(of_class(&document, "rect", "f-error-status-code").len(), 2, "the legend and the outage, once");
    // 16 is eight times 2: everything is seen on one scale.
    let even: Vec<[u64; 4]> = (0..24).map(|hour| [0, 0, if hour == 12 { 16 } else { 2 }, 0]).collect();
    assert!(!texts(&timeline(&analysis("hour", 60, &even), EN).svg).iter().any(|text| text.contains("own scale")));
}

#[test]
fn the_strip_shows_what_is_usual() {
    let mut week = week();
    // Sorted 90, 100, 110, 123, 145, 160, without the one that is not covered.
    let periods =
        [90, 110, 123, 100, 145, 20, 160].iter().enumerate().map(|(i, errors)| sample::before(7 - i as i64, *errors));
    week.history = History { periods: periods.collect(), median: Some(123), usual: Some((60, 186)) };
    week.history.periods[5].covered = false;
    let charts = all(&week, EN, 10);
    let strip = chart(&charts, "strip");
    let shown = texts(&strip.svg);
    for label in
        ["100", "145", "20", "160", "117", "19 Oct", "26 Oct", "16 Nov", "Usual range: 60 to 186", "not fully covered"]
    {
        assert!(shown.contains(&label.to_owned()), "{label}: {shown:?}");
    }
    assert!(shown.iter().any(|text| text.starts_with("Usual: 123 a week")), "{shown:?}");
    let alt = "28 Sep: 90, 5 Oct: 110, 12 Oct: 123, 19 Oct: 100, 26 Oct: 145, 2 Nov: 20 (not fully covered), 9 Nov: 160, 16 Nov: 117.";
    assert!(strip.alt.contains(alt), "{}", strip.alt);
    let document = Document::parse(strip.svg.as_str()).unwrap();
    let before: Vec<f64> =
        of_class(&document, "rect", "f-previous-bar").into_iter().map(|bar| number(bar, "height")).collect();
    // 90, 110, 123, 100, 145, 20 and the edge of it, since there may be more, 160.
    assert!((before[3] / before[7] - 100.0 / 160.0).abs() < 0.01, "{before:?}");
    // From 60 to 186 errors, on the scale of the bars.
    let band = number(of_class(&document, "rect", "f-usual")[1], "height");
    assert!((band / before[7] - 126.0 / 160.0).abs() < 0.01);
}

#[test]
fn where_one_of_two_channels_is_not_covered_the_time_is_not_without_data() {
    let mut analysis = analysis("day", 1440, &[[1, 0, 0, 0]; 7]);
    let days = analysis.windows.buckets[5].bounds();
    analysis.unknown = vec![days];
    let alone = timeline(&analysis, EN);
    assert!(texts(&alone.svg).contains(&"no data".to_owned()) && alone.alt.contains("Hatched: no data."));
    analysis.by_channel.push(sample::channel(Some("booking"), 0, 7, vec![0; 7]));
    let both = timeline(&analysis, EN);
    assert!(texts(&both.svg).contains(&"not fully covered".to_owned()), "{:?}", texts(&both.svg));
    assert!(both.alt.contains("Hatched: not fully covered."), "{}", both.alt);
}

#[test]
fn two_thousand_windows_share_columns_and_the_highest_is_seen() {
    let mut windows = vec![[0, 1, 0, 0]; 2_000];
    windows[1_234] = [0, 0, 500, 0];
    let chart = timeline(&analysis("15m", 15, &windows), EN);
    // 912 pixels between the margins are 304 columns of three; 2,000 ÷ 304 is 6.6.
    assert!(chart.svg.as_str().len() < 60_000, "{}", chart.svg.as_str().len());
    let shown = texts(&chart.svg);
    assert!(shown.contains(&"Each column shows the highest of 7 neighbouring time windows.".to_owned()), "{shown:?}");
    // 1,234 quarters of an hour are 12 days and 20.5 hours.
    assert!(shown.contains(&"500 · Sat 28 Nov 20:30".to_owned()), "{shown:?}");
}

#[test]
fn a_period_without_errors_says_so() {
    let mut quiet = analysis("day", 1440, &[[0; 4]; 7]);
    // Where nothing is known, no errors are no good news.
    assert!(texts(&timeline(&quiet, EN).svg).contains(&"no data".to_owned()));
    quiet.state = State::Quiet;
    for svg in [timeline(&quiet, EN).svg, overview(&quiet, EN, 10)] {
        assert!(texts(&svg).contains(&"No errors in this period".to_owned()));
    }
    assert!(timeline(&quiet, EN).alt.contains("Errors in all: 0."));
    let nothing = analysis("day", 1440, &[]);
    assert!(all(&nothing, EN, 10).iter().all(|chart| Document::parse(chart.svg.as_str()).is_ok()));
}

#[test]
fn causes_are_ranked_capped_and_marked() {
    let mut many = analysis("day", 1440, &[[0, 0, 1_830, 0]]);
    many.by_detail =
        (0..60).map(|n| sample::detail("error_status_code", &format!("{}", 500 + n), 60 - n, 1_830)).collect();
    many.by_detail[1].new = true;
    many.by_detail[2].known = false;
    let svg = overview(&many, EN, 10);
    let shown = texts(&svg);
    for text in ["502 Bad Gateway", "error_status_code · new", "error_status_code · not in LINE’s list"] {
        assert!(shown.contains(&text.to_owned()), "{text}: {shown:?}");
    }
    // Of 1,830 errors the first six details have 60 + 59 + … + 55 = 345.
    assert!(shown.contains(&"and 54 more details with 1,485 errors".to_owned()), "{shown:?}");
    let document = Document::parse(svg.as_str()).unwrap();
    let bars = of_class(&document, "rect", "f-error-status-code");
    let widths: Vec<f64> = bars.into_iter().map(|bar| number(bar, "width")).collect();
    // The legend and the timeline's column are before the six.
    assert_eq!(widths.len(), 2 + 6);
    assert!((widths[7] / widths[2] - 55.0 / 60.0).abs() < 0.01);
}

#[test]
fn only_changes_that_are_news_have_a_colour() {
    let mut week = compared(week(), &[20; 7], &[170, 4, 4, 5]);
    week.state = State::Over;
    let svg = overview(&week, EN, 10);
    // 97 after 170 is 43 % less, 11 after 4 is 175 % more; 5 after 4 and 4 after 5 are noise.
    let document = Document::parse(svg.as_str()).unwrap();
    let of = |class| of_class(&document, "text", class).into_iter().filter_map(|node| node.text()).collect::<Vec<_>>();
    assert_eq!((of("f-worse"), of("f-better")), (vec!["+175 %"], vec!["−43 %"]));
    assert!(of("f-muted").contains(&"+25 %") && of("f-muted").contains(&"−20 %"), "{:?}", of("f-muted"));
}

#[test]
fn the_hottest_hour_has_the_strongest_shade() {
    let mut week = week();
    let mut usual = week.heatmap.clone();
    (usual.hours[1][10], usual.hours[6][23]) = (400, 1);
    week.usual_hours = Some(usual);
    let charts = all(&week, EN, 10);
    let chart = chart(&charts, "heatmap");
    let document = Document::parse(chart.svg.as_str()).unwrap();
    // Beside the fields, each shade stands once in the key.
    assert_eq!(of_class(&document, "rect", "f-heat-7").len(), 2);
    assert_eq!(of_class(&document, "rect", "f-heat-1").len(), 2);
    assert_eq!(of_class(&document, "rect", "f-heat-0").len(), 7 * 24 - 2 + 1);
    assert!(texts(&chart.svg).contains(&"400 · Tue 10:00".to_owned()));
    assert!(chart.alt.contains("Tue: 400") && chart.alt.contains("Most: 400 (Tue 10:00)."), "{}", chart.alt);
    week.usual_hours = None;
    assert!(all(&week, EN, 10).iter().all(|chart| chart.name != "heatmap"));
}

#[test]
fn an_incident_has_its_own_chart_in_five_minutes() {
    let charts = all(&week(), EN, 10);
    let [chart] = &charts.iter().filter(|chart| chart.name == "incident").collect::<Vec<_>>()[..] else {
        panic!("one")
    };
    assert_eq!(chart.file_stem(), "incident-1");
    assert_eq!(chart.title, "Incident 1: Tue 17 Nov 2026, 10:00 – 10:15");
    let document = Document::parse(chart.svg.as_str()).unwrap();
    let bars = of_class(&document, "rect", "f-error-status-code");
    // The first is the legend's.
    let heights: Vec<f64> = bars.into_iter().skip(1).map(|bar| number(bar, "height")).collect();
    assert!((heights[0] / heights[2] - 10.0 / 55.0).abs() < 0.01);
    assert!((heights[1] / heights[2] - 31.0 / 55.0).abs() < 0.01);
    let shown = texts(&chart.svg);
    for text in ["55 · 10:10", "Errors per 5 minutes", "96"] {
        assert!(shown.contains(&text.to_owned()), "{text}: {shown:?}");
    }
    assert!(chart.alt.contains("Most in 5 minutes: 55 (10:10)."), "{}", chart.alt);
}

#[test]
fn what_an_incident_is_made_of_is_stacked_by_failure_class() {
    let mut week = week();
    let incident = &mut week.incidents[0];
    // 10, 31 and 55 errors: 8, 30 and 50 by status, 2, 1 and 5 by time.
    let class = |reason, detail, cells: [u64; 3]| ClassErrors {
        class: Class::of(reason, detail),
        errors: cells.iter().sum(),
        cells: cells.to_vec(),
        inside: cells.to_vec(),
    };
    let timeouts = ("request_timeout", "Request timeout");
    incident.classes = vec![class("error_status_code", "502", [8, 30, 50]), class(timeouts.0, timeouts.1, [2, 1, 5])];
    incident.made_of = vec![
        sample::made("error_status_code", "503", 60),
        sample::made("error_status_code", "502", 28),
        sample::made(timeouts.0, timeouts.1, 8),
    ];
    let charts = all(&week, EN, 10);
    let chart = chart(&charts, "incident");
    let shown = texts(&chart.svg);
    for text in ["88", "502/503", "8", "Request timeout", "55 · 10:10", "10:00", "10:15"] {
        assert!(shown.contains(&text.to_owned()), "{text}: {shown:?}");
    }
    let document = Document::parse(chart.svg.as_str()).unwrap();
    let heights = |class| {
        let bars = of_class(&document, "rect", class).into_iter().skip(1);
        bars.map(|bar| number(bar, "height")).collect::<Vec<_>>()
    };
    let (server, late) = (heights("f-error-status-code"), heights("f-request-timeout"));
    assert!((server[0] / server[2] - 8.0 / 50.0).abs() < 0.02, "{server:?}");
    // The gap between colours is a pixel, ten units.
    assert!(((late[2] + 10.0) / server[2] - 5.0 / 50.0).abs() < 0.02, "{late:?} {server:?}");
}

#[test]
fn all_incidents_are_on_one_scale() {
    let mut week = week();
    week.incidents.push(sample::incident(600, &[11, 5, 2], "request_timeout", "Request timeout"));
    let charts = all(&week, EN, 10);
    let highest = |number: usize, class: &str| {
        let chart = charts.iter().find(|chart| chart.number == Some(number)).unwrap();
        let document = Document::parse(chart.svg.as_str()).unwrap();
        let bars = of_class(&document, "rect", class).into_iter().skip(1).map(|bar| self::number(bar, "height"));
        bars.fold(0.0, f64::max)
    };
    assert!((highest(2, "f-request-timeout") / highest(1, "f-error-status-code") - 11.0 / 55.0).abs() < 0.01);
}

#[test]
fn a_quiet_channel_is_readable_beside_a_loud_one() {
    let mut week = week();
    assert!(all(&week, EN, 10).iter().all(|chart| chart.name != "channels"));
    week.by_channel = vec![
        sample::channel(Some("shop"), 9_000, 9_030, vec![0, 8_000, 0, 1_000, 0, 0, 0]),
        sample::channel(None, 30, 9_030, vec![0, 20, 0, 10, 0, 0, 0]),
    ];
    let charts = all(&week, EN, 10);
    let channels = chart(&charts, "channels");
    let document = Document::parse(channels.svg.as_str()).unwrap();
    let heights: Vec<f64> =
        of_class(&document, "rect", "f-channel").into_iter().map(|bar| number(bar, "height")).collect();
    // Each on its own scale: 20 of 20 are as high as 8,000 of 8,000.
    assert!((heights[2] / heights[0] - 1.0).abs() < 0.02, "{heights:?}");
    let shown = texts(&channels.svg);
    for text in ["(no channel)", "9,000", "30", "8,000", "20"] {
        assert!(shown.contains(&text.to_owned()), "{text}: {shown:?}");
    }
    assert!(channels.alt.contains("shop: 9,000, (no channel): 30"), "{}", channels.alt);
    let capped = all(&week, EN, 1);
    assert!(texts(&chart(&capped, "channels").svg).iter().any(|text| text.contains("1 of 2 shown")));
}

#[test]
fn unknown_reasons_have_colours_of_their_own_and_what_is_beyond_five_shares_one() {
    let mut odd = week();
    for (n, reason) in ["quota", "aaa", "zzz", "bbb", "ccc", "ddd", "yyy"].iter().enumerate() {
        let errors = 10 * (n as u64 + 1);
        odd.windows.buckets[0].by_reason.0.push(((*reason).to_owned(), errors));
        odd.windows.buckets[0].errors += errors;
        let share = ReasonRow { reason: (*reason).to_owned(), errors, share: 0.1, ..odd.by_reason[0].clone() };
        odd.by_reason.push(share);
    }
    odd.by_reason.sort_by_key(|row| std::cmp::Reverse(row.errors));
    let shown = texts(&timeline(&odd, EN).svg);
    // The most frequent five; then quota (10) and aaa (20) together.
    for name in ["bbb", "ccc", "ddd", "yyy", "zzz", "other reasons", "30"] {
        assert!(shown.contains(&name.to_owned()), "{name}: {shown:?}");
    }
    odd.by_detail = vec![sample::detail("bbb", "x", 40, 100)];
    odd.by_reason.retain(|row| row.reason == "bbb" || row.reason == "aaa");
    assert!(overview(&odd, EN, 10).as_str().contains("f-unknown-2"));
}

#[test]
fn the_overview_has_no_empty_part() {
    let mut quiet = analysis("hour", 60, &[[3, 0, 2, 0]]);
    for state in [State::Unknown, State::Usual] {
        quiet.state = state;
        let title = Lang::En.phrase(key::chart::INCIDENTS);
        assert!(!overview(&quiet, Lang::En, 10).to_string().contains(title), "{state:?}");
    }
}

#[test]
fn the_overview_says_what_counts() {
    let mut week = compared(week(), &[20, 20, 20, 20, 20, 20, 26], &[]);
    week.notes.push(Sentence::new(key::note::PERIOD_NOT_COVERED).with("until", "Friday"));
    let svg = overview(&week, EN, 10);
    let document = Document::parse(svg.as_str()).unwrap();
    assert_eq!(document.root_element().attribute("width"), Some("1200"));
    let shown = texts(&svg);
    let told = told(&week, EN, 10);
    let headline = shown.iter().any(|text| told.headline.starts_with(text.as_str()) && text.len() > 20);
    assert!(headline, "{} {shown:?}", told.headline);
    let note = shown.iter().any(|text| text.len() > 20 && told.grave[0].text.starts_with(text.as_str()));
    assert!(note, "{} {shown:?}", told.grave[0].text);
    for text in ["UNKNOWN", "502 Bad Gateway", "Do first", "Errors per day", "What happened", "What failed"] {
        assert!(shown.contains(&text.to_owned()), "{text}: {shown:?}");
    }
}

#[test]
fn type_in_a_mail_is_readable_on_a_phone() {
    let week = week();
    let story = told(&week, EN, 10);
    let charts = super::for_mail(&story);
    assert!(charts.iter().any(|chart| chart.file_stem() == "incident-1"));
    for chart in charts {
        let document = Document::parse(chart.svg.as_str()).unwrap();
        assert_eq!(document.root_element().attribute("width"), Some("568"));
        is_sound(&chart.svg);
        let sizes =
            document.descendants().filter(|node| node.has_tag_name("text")).map(|node| number(node, "font-size"));
        // A phone of 390 pixels shows 358 of the mail: 18 × 358 ÷ 568 = 11.3.
        assert!(sizes.fold(f64::MAX, f64::min) / 10.0 * 358.0 / MAIL.width >= 11.0);
    }
}

/// What holds for every drawing, whatever it shows.
fn is_sound(svg: &Svg) {
    let document = Document::parse(svg.as_str()).unwrap_or_else(|error| panic!("{error}\n{svg}"));
    let root = document.root_element();
    let (width, height) = (number(root, "width"), number(root, "height"));
    assert_eq!(root.attribute("viewBox"), Some(format!("0 0 {} {}", width * 10.0, height * 10.0).as_str()));
    assert!(root.attribute("aria-label").is_some_and(|alt| !alt.is_empty()));
    let classes: Vec<String> = inks().flat_map(|ink| [format!("f-{}", ink.name), format!("s-{}", ink.name)]).collect();
    for node in root.descendants().filter(Node::is_element).skip(1) {
        assert!(["rect", "text", "polyline", "polygon"].contains(&node.tag_name().name()), "{node:?}");
        assert!(
            node.attributes().all(|a| !["id", "style", "href"].contains(&a.name()) && !a.name().starts_with("on")),
            "{node:?}"
        );
        assert!(node.attribute("class").is_some_and(|class| classes.iter().any(|known| known == class)), "{node:?}");
        if node.has_tag_name("text") {
            let style = Type { size: number(node, "font-size") / 10.0, bold: node.attribute("font-weight").is_some() };
            let (x, w) = (number(node, "x") / 10.0, measure::width(node.text().unwrap_or_default(), style));
            let left = match node.attribute("text-anchor") {
                Some("middle") => x - w / 2.0,
                Some("end") => x - w,
                _ => x,
            };
            assert!(left >= -1.0 && left + w <= width + 1.0, "{:?} leaves the picture: {left} + {w}", node.text());
            assert!((0.0..=height).contains(&(number(node, "y") / 10.0)), "{node:?}");
        }
        if node.has_tag_name("rect") {
            assert!(number(node, "width") > 0.0 && number(node, "height") > 0.0, "{node:?}");
        }
    }
}

fn every_drawing(analysis: &Analysis) -> Vec<Svg> {
    let story = told(analysis, EN, 10);
    let charts = super::all(&story).into_iter().chain(super::for_mail(&story));
    charts.map(|chart| chart.svg).chain([super::overview(&story)]).collect()
}

#[test]
fn drawings_are_sound_and_the_same_each_time_with_hostile_names() {
    let long = "a very long name ".repeat(300);
    for name in [
        "<script>alert(1)</script>",
        "a & b",
        "\"'><image href=x>",
        "]]>",
        "<!--",
        "",
        "予約ショップ",
        "ร้านค้าออนไลน์",
        "متجر الهدايا",
        "🍣🍜",
        "가게",
        long.as_str(),
    ] {
        let mut named = compared(week(), &[20; 7], &[48, 4, 4, 5]);
        named.channels = vec![name.into()];
        named.by_channel =
            vec![sample::channel(Some(name), 90, 118, vec![1; 7]), sample::channel(None, 28, 118, vec![2; 7])];
        named.period.label = name.into();
        named.period.previous.as_mut().unwrap().label = name.into();
        named.notes = vec![Sentence::new(key::note::PERIOD_NOT_COVERED).with("until", name)];
        for row in &mut named.by_detail {
            (row.detail, row.known, row.new) = (name.into(), false, true);
        }
        named.by_detail[0].reason = name.into();
        named.by_reason[0].reason = name.into();
        for bucket in &mut named.windows.buckets {
            bucket.by_reason.0[2].0 = name.into();
        }
        named.incidents[0].detail = name.into();
        named.incidents[0].reason = name.into();
        named.incidents[0].channel = Some(name.into());
        let drawings = every_drawing(&named);
        drawings.iter().for_each(is_sound);
        assert_eq!(drawings, every_drawing(&named));
    }
}

#[test]
fn the_largest_counts_are_drawn() {
    let mut huge = analysis("day", 1440, &[[1_000_000_000_000_000, 1, 0, 0], [0, 2, 0, 0]]);
    every_drawing(&huge).iter().for_each(is_sound);
    // On its own day, one error beside a thousand million million still has a bar.
    assert_eq!(bars(&timeline(&huge, EN).svg, "request_timeout").len(), 1);
    for bucket in &mut huge.windows.buckets {
        bucket.errors = u64::MAX;
        bucket.by_reason.0.iter_mut().for_each(|(_, errors)| *errors = u64::MAX);
    }
    huge.totals.errors = u64::MAX;
    huge.totals.previous_errors = Some(u64::MAX);
    huge.totals.change = Some(i64::MIN);
    huge.totals.change_pct = Some(f64::INFINITY);
    huge.heatmap.hours[0][0] = u64::MAX;
    huge.usual_hours = Some(huge.heatmap.clone());
    for row in &mut huge.by_detail {
        (row.errors, row.previous_errors, row.change, row.share) = (u64::MAX, Some(u64::MAX), Some(i64::MIN), f64::NAN);
    }
    huge.period.end = LocalTime(chrono::DateTime::<chrono::Utc>::MAX_UTC.into());
    huge.incidents =
        vec![sample::incident(-1_000_000, &[u64::MAX], "x", "y"), sample::incident(9_999_999, &[], "x", "")];
    for svg in every_drawing(&huge) {
        Document::parse(svg.as_str()).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_windows_make_sound_drawings_whose_bars_add_up(
        windows in prop::collection::vec(prop::array::uniform4(0_u64..60), 0..90),
        previous in prop::collection::vec(0_u64..60, 0..90),
    ) {
        let plain = analysis("hour", 60, &windows);
        let Chart { svg, alt, .. } = timeline(&plain, EN);
        // The words beside the picture have the same sums.
        let said = format!("Errors in all: {}.", EN.number(windows.iter().flatten().sum()));
        prop_assert!(alt.contains(&said), "{alt}");
        for (at, reason) in sample::REASONS.iter().enumerate() {
            let errors: u64 = windows.iter().map(|window| window[at]).sum();
            let said = format!("{reason}: {}", EN.number(errors));
            prop_assert!(errors == 0 || alt.contains(&(said.clone() + ", ")) || alt.contains(&(said + ".")), "{alt}");
        }
        let errors: f64 = sample::REASONS.iter().flat_map(|reason| bars(&svg, reason)).sum();
        let bars = svg.as_str().matches("<rect").count() as f64;
        // A pixel between colours, and at least a pixel and a half for each bar.
        let plot_height: f64 = Document::parse(svg.as_str()).unwrap().root_element().attribute("data-plot").unwrap().rsplit(' ').next().unwrap().parse::<f64>().unwrap() / 10.0;
        let axis: f64 = Document::parse(svg.as_str()).unwrap().root_element().attribute("data-top").unwrap().parse().unwrap();
        prop_assert!((errors - plain.totals.errors as f64).abs() <= bars * axis / plot_height * 1.6);
        for svg in every_drawing(&compared(plain, &previous, &[])) {
            is_sound(&svg);
        }
    }
}

/// Left edge, upper edge and height of the rectangles of an ink.
fn rects(svg: &Svg, ink: &str) -> Vec<[f64; 3]> {
    let document = Document::parse(svg.as_str()).unwrap();
    let rects = of_class(&document, "rect", &format!("f-{ink}"));
    rects.into_iter().map(|rect| ["x", "y", "height"].map(|name| number(rect, name))).collect()
}

fn hours(logged: &[Option<(u64, [f64; 3])>]) -> Analysis {
    let errors: Vec<[u64; 4]> = (0..logged.len() as u64).map(|hour| [u64::from(hour == 1) * 40, 0, 10, 0]).collect();
    sample::logged(analysis("hour", 60, &errors), logged)
}

#[test]
fn webhooks_stand_behind_the_errors_with_their_rate_below() {
    let took = [0.02, 0.4, 1.2];
    // In the second hour 40 of 50 could not connect, and the log has 60: 100 webhooks at least.
    let charts = all(&hours(&[Some((200, took)), Some((60, took)), None, Some((9, took))]), EN, 10);
    let webhooks = chart(&charts, "webhooks");
    let columns = rects(&webhooks.svg, "previous-bar");
    // The legend's square, and a column for each window; that of the third has only its errors, as the log has nothing.
    let heights: Vec<f64> = columns[1..].iter().map(|[.., height]| *height).collect();
    assert_eq!(heights.len(), 4);
    for (height, attempts) in heights.iter().zip([200.0, 100.0, 10.0, 10.0]) {
        assert!((height / heights[0] - attempts / 200.0).abs() < 0.01, "{heights:?}");
    }
    // 10 of 200 and 50 of 60: nothing is known below, so both are pale; the square of the legend is pale too.
    let document = Document::parse(webhooks.svg.as_str()).unwrap();
    let pale: Vec<f64> = of_class(&document, "rect", "f-badge")
        .into_iter()
        .filter(|rect| rect.attribute("opacity") == Some("0.35"))
        .map(|rect| number(rect, "height"))
        .collect();
    assert_eq!(pale.len(), 4, "the legend and three hours: {pale:?}");
    assert!((pale[1] / pale[2] - (10.0 / 200.0) / (50.0 / 60.0)).abs() < 0.01, "{pale:?}");
    let shown = texts(&webhooks.svg);
    for text in [
        "per hour",
        "webhooks",
        "at most",
        "no log",
        "no log, or no data from LINE",
        "at most 100.0 % · Mon 16 Nov 03:00",
    ] {
        assert!(shown.iter().any(|shown| shown == text), "{text}: {shown:?}");
    }
    assert!(webhooks.alt.contains("Requests in this log: 269. Errors: 80."), "{}", webhooks.alt);
    assert!(webhooks.alt.contains("Hatched: no log"), "{}", webhooks.alt);
}

#[test]
fn only_the_time_of_the_log_is_drawn_and_told() {
    let mut day = vec![None; 24];
    day[2..5].fill(Some((100, [0.02, 0.4, 1.2])));
    let analysis = hours(&day);
    for charts in [all(&analysis, EN, 10), super::for_phone(&told(&analysis, EN, 10))] {
        for name in super::OF_LOGS {
            let Chart { svg, alt, .. } = chart(&charts, name);
            let time = "Mon 16 Nov 2026, 02:00 – 05:00";
            assert!(texts(svg).iter().any(|text| text.contains(time)) && alt.contains(time), "{alt}");
            assert!(!texts(svg).iter().any(|text| text == "no log"), "nothing else to hatch");
        }
        let webhooks = chart(&charts, "webhooks");
        assert_eq!(rects(&webhooks.svg, "previous-bar").len(), 1 + 3, "the legend's square, and the hours with a log");
        // 10 errors in each hour; the 40 of the second hour are outside.
        assert!(webhooks.alt.contains("Requests in this log: 300. Errors: 30."), "{}", webhooks.alt);
    }
    // Of three weeks of hours 25 are as much as a twentieth.
    day.resize(504, Some((100, [0.02, 0.4, 1.2])));
    assert!(!texts(&chart(&all(&hours(&day), EN, 10), "webhooks").svg).iter().any(|text| text.contains("02:00 –")));
}

#[test]
fn a_rate_with_both_bounds_is_solid_up_to_the_lower_one() {
    let mut analysis = hours(&[Some((100, [0.1; 3])), Some((100, [0.1; 3]))]);
    for bucket in &mut analysis.windows.buckets {
        let rate = bucket.log.rate.as_mut().unwrap();
        (rate.low, rate.high) = (Some(0.1), 0.2);
    }
    let svg = chart(&all(&analysis, EN, 10), "webhooks").svg.clone();
    let document = Document::parse(svg.as_str()).unwrap();
    let heights = |pale: bool| -> Vec<f64> {
        let rects = of_class(&document, "rect", "f-badge").into_iter();
        let rects = rects.filter(|rect| rect.attribute("opacity").is_some() == pale);
        rects.map(|rect| number(rect, "height")).filter(|height| *height > 200.0).collect()
    };
    let (pale, solid) = (heights(true), heights(false));
    assert_eq!((pale.len(), solid.len()), (2, 2), "{pale:?} {solid:?}");
    assert!(pale.iter().zip(&solid).all(|(pale, solid)| (pale - solid).abs() <= 1.0), "{pale:?} {solid:?}");
    assert!(texts(&svg).iter().any(|text| text.starts_with("10.0 % to 20.0 %")), "{:?}", texts(&svg));
}

#[test]
fn durations_stand_beside_what_line_waits() {
    let charts = all(&hours(&[Some((200, [0.5, 1.0, 3.0])), None, Some((200, [0.5, 1.0, 1.5]))]), EN, 10);
    let latency = chart(&charts, "latency");
    let document = Document::parse(latency.svg.as_str()).unwrap();
    let points = |ink: &str| -> Vec<Vec<(f64, f64)>> {
        let lines = of_class(&document, "polyline", &format!("s-{ink}")).into_iter();
        let point = |point: &str| {
            let (x, y) = point.split_once(',').unwrap();
            (x.parse().unwrap(), y.parse().unwrap())
        };
        lines.map(|line| line.attribute("points").unwrap().split(' ').map(point).collect()).collect()
    };
    let (limit, p99) = (points("incident-mark"), points("request-timeout"));
    // The legend, and a line for each stretch with a log.
    let [_, first, last] = &p99[..] else { panic!("{p99:?}") };
    let (limit, axis) =
        (limit[0][0].1, *points("axis").concat().iter().map(|(_, y)| y).max_by(|a, b| a.total_cmp(b)).unwrap());
    let seconds = |y: f64| 2.0 * (axis - y) / (axis - limit);
    assert!(
        (seconds(first[0].1) - 3.0).abs() < 0.02 && (seconds(last[0].1) - 1.5).abs() < 0.02,
        "{p99:?} {limit} {axis}"
    );
    assert!(last[0].0 > first[1].0, "nothing is drawn where there is no log");
    let shown = texts(&latency.svg);
    assert!(shown.contains(&"LINE waits 2 s".to_owned()) && shown.contains(&"per hour".to_owned()), "{shown:?}");
    assert!(latency.alt.contains("Highest p99: 3.00 s (Mon 16 Nov 00:00)."), "{}", latency.alt);
    assert!(latency.alt.contains("longer than LINE waits: 1."), "{}", latency.alt);
    let charts = all(&hours(&[Some((200, [0.01, 1.0, 60.0]))]), EN, 10);
    let shown = texts(&chart(&charts, "latency").svg);
    assert!(shown.contains(&"per hour, logarithmic scale".to_owned()), "{shown:?}");
}

#[test]
fn without_a_log_or_durations_there_is_no_such_chart() {
    let names = |analysis: &Analysis| -> Vec<&str> { all(analysis, EN, 10).iter().map(|chart| chart.name).collect() };
    assert!(!names(&week()).iter().any(|name| super::OF_LOGS.contains(name)));
    let mut analysis = hours(&[Some((20, [0.1; 3]))]);
    analysis.windows.buckets[0].log.duration = None;
    assert!(names(&analysis).contains(&"webhooks") && !names(&analysis).contains(&"latency"));
    assert_eq!(super::for_phone(&told(&analysis, EN, 10)).len(), 1);
}

#[test]
fn incidents_at_the_same_time_stand_in_each_other_s_pictures() {
    let mut week = week();
    // The sample's first incident and one that begins 10 minutes later; a third on another day.
    let first = (week.incidents[0].start.millis() - sample::START) / 60_000;
    week.incidents.push(sample::incident(first + 10, &[11, 5, 2], "request_timeout", "Request timeout"));
    week.incidents.push(sample::incident(first + 1440, &[9, 9, 9], "unclassified", "Other"));
    let charts = all(&week, EN, 10);
    let others = |number: usize| {
        let chart = charts.iter().find(|chart| chart.number == Some(number)).unwrap();
        texts(&chart.svg).into_iter().filter(|text| text.contains(" × ")).collect::<Vec<_>>()
    };
    assert_eq!(others(1), ["18 × Request timeout"]);
    assert_eq!(others(2), ["96 × 502 Bad Gateway"]);
    assert_eq!(others(3), [""; 0]);
}
