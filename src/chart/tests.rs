//! What the drawings say, read back from the SVG and compared with numbers by hand.

use proptest::prelude::*;
use resvg::usvg::roxmltree::{Document, Node};

use super::{
    Chart, measure, page,
    sample::{self, analysis, compared},
    scene::Scene,
    svg::Svg,
    theme::{Type, inks, known_reason},
};
use crate::{
    analysis::{Analysis, ReasonRow},
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
    super::timeline::timeline(&Scene::new(&told(analysis, lang, 10)))
}

fn details(analysis: &Analysis, lang: Lang, top: usize) -> Chart {
    super::details::details(&Scene::new(&told(analysis, lang, top)), top)
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
        .filter(|bar| number(*bar, "y") >= plot[1])
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
    for label in ["Errors per day", "16 Nov", "Mon", "error_status_code", "97", "96", "8", "502: 96"] {
        assert!(shown.iter().any(|text| text == label), "{label}: {shown:?}");
    }
}

#[test]
fn an_incident_is_marked_where_it_was() {
    let svg = timeline(&week(), EN).svg;
    let document = Document::parse(svg.as_str()).unwrap();
    let plot: Vec<f64> =
        document.root_element().attribute("data-plot").unwrap().split(' ').map(|n| n.parse().unwrap()).collect();
    let [shade] = of_class(&document, "rect", "f-incident")[..] else { panic!("one shade") };
    // It starts 10 hours into the second of seven days.
    let expected = plot[0] + plot[2] * (1.0 + 10.0 / 24.0) / 7.0;
    assert!((number(shade, "x") - expected).abs() < 1.0);
    assert_eq!(of_class(&document, "rect", "f-incident-mark").len(), 1);
}

#[test]
fn the_previous_period_is_a_line_only_where_there_is_one() {
    assert!(!timeline(&week(), EN).svg.as_str().contains("s-previous"));
    let chart = timeline(&compared(week(), &[1, 0, 9, 9, 2, 0, 3], &[]), EN);
    let document = Document::parse(chart.svg.as_str()).unwrap();
    // Nothing is drawn along the axis, so the second and the sixth day interrupt the line.
    assert_eq!(of_class(&document, "polyline", "s-previous").len(), 3 + 1, "three strokes and the legend's");
    assert!(texts(&chart.svg).contains(&"24".to_owned()));
    assert!(chart.alt.contains("Before (2026-W46): 24."), "{}", chart.alt);
}

#[test]
fn two_thousand_windows_share_columns_and_the_highest_is_seen() {
    let mut windows = vec![[0, 1, 0, 0]; 2_000];
    windows[1_234] = [0, 0, 500, 0];
    let chart = timeline(&analysis("15m", 15, &windows), EN);
    assert!(chart.svg.as_str().len() < 60_000, "{}", chart.svg.as_str().len());
    let shown = texts(&chart.svg);
    assert!(shown.contains(&"Each column is the highest of 2 neighbouring windows.".to_owned()), "{shown:?}");
    // 1,234 quarters of an hour are 12 days and 20.5 hours.
    assert!(shown.contains(&"500 · Sat 28 Nov, 20:30".to_owned()), "{shown:?}");
}

#[test]
fn a_period_without_errors_says_so() {
    let quiet = analysis("day", 1440, &[[0; 4]; 7]);
    for svg in [timeline(&quiet, EN).svg, details(&quiet, EN, 10).svg, overview(&quiet, EN, 10)] {
        assert!(texts(&svg).contains(&"No errors in this period".to_owned()));
    }
    assert!(timeline(&quiet, EN).alt.contains("Errors in all: 0."));
    let nothing = analysis("day", 1440, &[]);
    assert!(all(&nothing, EN, 10).iter().all(|chart| Document::parse(chart.svg.as_str()).is_ok()));
}

#[test]
fn details_are_ranked_capped_and_marked() {
    let mut many = analysis("day", 1440, &[[0, 0, 1_830, 0]]);
    many.by_detail =
        (0..60).map(|n| sample::detail("error_status_code", &format!("{}", 500 + n), 60 - n, 1_830)).collect();
    many.by_detail[1].new = true;
    many.by_detail[2].known = false;
    let chart = details(&many, EN, 10);
    let shown = texts(&chart.svg);
    // The 50 smallest counts are 50, 49 … 1.
    assert!(shown.contains(&"and 50 more details with 1,275 errors".to_owned()), "{shown:?}");
    assert_eq!(shown.iter().filter(|text| *text == "NEW").count(), 1);
    assert_eq!(shown.iter().filter(|text| text.contains("not in LINE’s list")).count(), 1);
    assert!(shown.contains(&"502 Bad Gateway".to_owned()));
    let document = Document::parse(chart.svg.as_str()).unwrap();
    let widths: Vec<f64> =
        of_class(&document, "rect", "f-error-status-code").into_iter().map(|bar| number(bar, "width")).collect();
    assert_eq!(widths.len(), 10);
    assert!((widths[5] / widths[0] - 55.0 / 60.0).abs() < 0.01);
}

#[test]
fn changes_are_signed_and_marked_by_direction() {
    let chart = details(&compared(week(), &[20; 7], &[120, 4, 4, 5]), EN, 10);
    let shown = texts(&chart.svg);
    // 97 after 120, 11 after 4, 5 after 4, 4 after 5.
    for change in ["−23", "+7", "+1", "−1"] {
        assert!(shown.contains(&change.to_owned()), "{change}: {shown:?}");
    }
    let document = Document::parse(chart.svg.as_str()).unwrap();
    assert_eq!(of_class(&document, "polygon", "f-worse").len(), 2);
    assert_eq!(of_class(&document, "polygon", "f-better").len(), 2);
    assert!(chart.alt.contains("error_status_code, 502 Bad Gateway: 97 (before: 120)"), "{}", chart.alt);
}

#[test]
fn reasons_stand_beside_those_before() {
    let chart = super::reasons::reasons(&Scene::new(&told(&compared(week(), &[20; 7], &[48, 4, 4, 5]), EN, 10)));
    let document = Document::parse(chart.svg.as_str()).unwrap();
    let now = number(of_class(&document, "rect", "f-error-status-code")[0], "width");
    let before = number(of_class(&document, "rect", "f-previous-bar")[0], "width");
    assert!((before / now - 48.0 / 97.0).abs() < 0.01);
    assert!(texts(&chart.svg).contains(&"+102 %".to_owned()), "97 against 48");
}

#[test]
fn the_hottest_hour_has_the_strongest_shade() {
    let mut week = week();
    week.heatmap.hours[1][10] = 400;
    week.heatmap.hours[6][23] = 1;
    let chart = super::heatmap::heatmap(&Scene::new(&told(&week, EN, 10)));
    let document = Document::parse(chart.svg.as_str()).unwrap();
    // Beside the fields, each shade stands once in the key.
    assert_eq!(of_class(&document, "rect", "f-heat-7").len(), 2);
    assert_eq!(of_class(&document, "rect", "f-heat-1").len(), 2);
    assert_eq!(of_class(&document, "rect", "f-heat-0").len(), 7 * 24 - 2 + 1);
    assert!(texts(&chart.svg).contains(&"400 · Tue 10:00".to_owned()));
    week.heatmap.hours.clear();
    assert!(all(&week, EN, 10).iter().all(|chart| chart.name != "heatmap"));
}

#[test]
fn an_incident_has_its_own_chart_in_five_minutes() {
    let chart = super::incident::incident(&Scene::new(&told(&week(), EN, 10)), 0).unwrap();
    assert_eq!(chart.file_stem(), "incident-1");
    assert_eq!(chart.title, "Incident 1: 502 Bad Gateway");
    let document = Document::parse(chart.svg.as_str()).unwrap();
    let heights: Vec<f64> =
        of_class(&document, "rect", "f-error-status-code").into_iter().map(|bar| number(bar, "height")).collect();
    assert!(
        (heights[0] / heights[2] - 10.0 / 55.0).abs() < 0.01 && (heights[1] / heights[2] - 31.0 / 55.0).abs() < 0.01
    );
    assert!(texts(&chart.svg).contains(&"55 · 10:10".to_owned()));
    assert!(super::incident::incident(&Scene::new(&told(&week(), EN, 10)), 1).is_none());
}

#[test]
fn several_channels_are_drawn_on_one_scale() {
    let mut week = week();
    assert!(all(&week, EN, 10).iter().all(|chart| chart.name != "channels"));
    week.by_channel = vec![
        sample::channel(Some("shop"), 90, 118, vec![0, 80, 0, 10, 0, 0, 0]),
        sample::channel(None, 28, 118, vec![8, 20, 0, 0, 0, 0, 0]),
    ];
    let charts = all(&week, EN, 10);
    let document = Document::parse(chart(&charts, "channels").svg.as_str()).unwrap();
    let heights: Vec<f64> =
        of_class(&document, "rect", "f-channel").into_iter().map(|bar| number(bar, "height")).collect();
    assert_eq!(heights.len(), 4);
    assert!((heights[3] / heights[0] - 0.25).abs() < 0.01, "20 beside 80");
    assert!(texts(&chart(&charts, "channels").svg).contains(&"(no channel)".to_owned()));
    let capped = all(&week, EN, 1);
    assert!(
        texts(&chart(&capped, "channels").svg).iter().any(|text| text.contains("and 1 more channel with 28 errors"))
    );
}

#[test]
fn unknown_reasons_have_colours_of_their_own_and_the_rest_share_one() {
    let mut odd = week();
    for (n, reason) in ["quota", "aaa", "zzz", "bbb", "ccc"].iter().enumerate() {
        let errors = 10 * (n as u64 + 1);
        odd.windows.buckets[0].by_reason.0.push(((*reason).to_owned(), errors));
        odd.windows.buckets[0].errors += errors;
        odd.by_reason.push(ReasonRow {
            reason: (*reason).to_owned(),
            errors,
            share: 0.1,
            previous_errors: None,
            change: None,
            change_pct: None,
        });
    }
    let shown = texts(&timeline(&odd, EN).svg);
    // By name: aaa, bbb, ccc; then quota (10) and zzz (30) together.
    for name in ["aaa", "bbb", "ccc", "other reasons", "40"] {
        assert!(shown.contains(&name.to_owned()), "{name}: {shown:?}");
    }
    odd.by_detail = vec![sample::detail("bbb", "x", 40, 100)];
    assert!(details(&odd, EN, 10).svg.as_str().contains("f-unknown-2"));
    assert!(timeline(&odd, EN).svg.as_str().contains("f-unknown-2"));
}

#[test]
fn the_overview_has_headline_totals_and_notes() {
    let mut week = compared(week(), &[20, 20, 20, 20, 20, 20, 26], &[]);
    week.notes.push(Sentence::new(key::note::PERIOD_NOT_COVERED).with("until", "Friday"));
    let svg = overview(&week, EN, 10);
    let document = Document::parse(svg.as_str()).unwrap();
    assert_eq!(document.root_element().attribute("width"), Some("1200"));
    let shown = texts(&svg);
    // 117 after 146: 29 fewer, which is 19.86 percent.
    for text in [
        "117",
        "−29",
        "Tue 17 Nov",
        "The inputs reach only to Friday. What came after in this period is unknown. Add the newest export.",
        "502 Bad Gateway",
        "1",
    ] {
        assert!(shown.contains(&text.to_owned()), "{text}: {shown:?}");
    }
    assert!(shown.iter().any(|text| text.contains("20 %") && text.contains("146")), "{shown:?}");
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
            assert!(
                left >= -1.0 && left + w <= width + page::MARGIN / 2.0,
                "{:?} leaves the picture: {left} + {w}",
                node.text()
            );
            assert!((0.0..=height).contains(&(number(node, "y") / 10.0)), "{node:?}");
        }
        if node.has_tag_name("rect") {
            assert!(number(node, "width") > 0.0 && number(node, "height") > 0.0, "{node:?}");
        }
    }
}

fn every_drawing(analysis: &Analysis) -> Vec<Svg> {
    all(analysis, EN, 10).into_iter().map(|chart| chart.svg).chain([overview(analysis, EN, 10)]).collect()
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
    huge.windows.previous = vec![u64::MAX; 5];
    huge.heatmap.hours[0][0] = u64::MAX;
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
        let svg = timeline(&plain, EN).svg;
        let errors: f64 = sample::REASONS.iter().flat_map(|reason| bars(&svg, reason)).sum();
        let bars = svg.as_str().matches("<rect").count() as f64;
        // A pixel between colours, and at least a pixel and a half for each bar.
        let plot_height = 240.0;
        let axis: f64 = Document::parse(svg.as_str()).unwrap().root_element().attribute("data-top").unwrap().parse().unwrap();
        prop_assert!((errors - plain.totals.errors as f64).abs() <= bars * axis / plot_height * 1.6);
        for svg in every_drawing(&compared(plain, &previous, &[])) {
            is_sound(&svg);
        }
    }
}
