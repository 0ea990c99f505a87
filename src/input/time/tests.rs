use super::*;

fn read(cell: &str, form: &TimeForm) -> Result<String, Why> {
    let mut reader = TimeReader::new(form, Zone::console(), encoding_rs::UTF_8, None);
    reader.read(cell.as_bytes()).map(|at| Timestamp(at).utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
}

fn own(cell: &str) -> Result<String, Why> {
    let form = TimeForm::of(cell, true).ok_or(key::reject::TIME_UNREADABLE)?;
    read(cell, &form.decided_by(TimeCell::Whole(cell)).unwrap_or(form))
}

#[test]
fn every_documented_form_means_the_same_instant() {
    for cell in [
        "2021-06-17 04:12:33",
        "2021/06/17 4:12:33",
        "2021-06-17T04:12:33+09:00",
        "2021-06-16T19:12:33Z",
        "2021-06-16 19:12:33 UTC",
        "2021-06-17 04:12:33.000",
        "2021年6月17日 4:12:33",
        "2021年06月17日(木) 04時12分33秒",
        "2021/6/17 午前4:12:33",
        "2021-06-17 4:12:33 AM",
        "2021-06-17 4:12:33\u{202f}AM",
        "2021/6/17 上午 04:12:33",
        "2021/6/17 上午4:12:33",
        "2021-06-17 오전 4:12:33",
        "2021. 6. 17. 오전 4:12:33",
        "2021년 6월 17일 오전 4시 12분 33초",
        "17 Jun 2021 at 04:12:33",
        "17-Jun-2021 04:12:33",
        "17 June 2021, 4:12:33 am",
        "Jun 17, 2021 4:12:33 AM",
        "June 17, 2021 at 4:12:33\u{202f}AM",
        "Thu, 17 Jun 2021 04:12:33 +0900",
        "Thu Jun 17 2021 04:12:33 GMT+0900 (Japan Standard Time)",
        "2564-06-17 04:12:33",
        "17/06/2564 04:12:33",
        "1623870753",
        "1623870753000",
        " 2021-06-17 04:12:33 ",
    ] {
        assert_eq!(own(cell).as_deref(), Ok("2021-06-16T19:12:33.000Z"), "{cell}");
    }
    assert_eq!(own("2021/06/17 4:12").as_deref(), Ok("2021-06-16T19:12:00.000Z"));
    assert_eq!(own("2021年6月17日 4:12").as_deref(), Ok("2021-06-16T19:12:00.000Z"));
    assert_eq!(own("2021-06-17").as_deref(), Ok("2021-06-16T15:00:00.000Z"));
    assert_eq!(own("2021-06-17 12:00 AM").as_deref(), Ok("2021-06-16T15:00:00.000Z"));
    assert_eq!(own("2021-06-17 12:30 pm").as_deref(), Ok("2021-06-17T03:30:00.000Z"));
}

#[test]
fn a_column_keeps_its_form() {
    let form = TimeForm::of("2021-06-17 04:12:33", true).unwrap();
    assert_eq!(read("2021/06/17 04:12:33", &form), Err(key::reject::TIME_UNREADABLE));
    assert_eq!(read("1623870753", &form), Err(key::reject::TIME_UNREADABLE));
    assert_eq!(read("", &form), Err(key::reject::TIME_MISSING));
    assert_eq!(read("2021-02-29 04:12:33", &form), Err(key::reject::TIME_IMPOSSIBLE));
    assert_eq!(read("2021-06-17 24:00:00", &form), Err(key::reject::TIME_IMPOSSIBLE));
    assert_eq!(read("2021-06-17 04:12:60", &form), Err(key::reject::TIME_IMPOSSIBLE));
    assert_eq!(read("2010-12-31 04:12:33", &form), Err(key::reject::TIME_OUT_OF_RANGE));
    assert_eq!(read("2101-01-02 04:12:33", &form), Err(key::reject::TIME_OUT_OF_RANGE));
}

#[test]
fn day_and_month_stay_open_until_a_cell_decides() {
    let form = TimeForm::of("06/07/2021 4:12", true).unwrap();
    assert!(form.is_open());
    assert_eq!(form.decided_by(TimeCell::Whole("05/05/2021 4:12")), None);
    let day_first = form.decided_by(TimeCell::Whole("17/06/2021 4:12")).unwrap();
    assert_eq!(read("06/07/2021 4:12", &day_first).as_deref(), Ok("2021-07-05T19:12:00.000Z"));
    let month_first = form.decided_by(TimeCell::Whole("06/17/2021 4:12")).unwrap();
    assert_eq!(read("06/07/2021 4:12", &month_first).as_deref(), Ok("2021-06-06T19:12:00.000Z"));
    assert_eq!(read("17/06/2021 4:12", &month_first), Err(key::reject::TIME_IMPOSSIBLE));
}

#[test]
fn other_texts_are_no_times() {
    for text in [
        "",
        "-",
        "2021",
        "2021-06",
        "04:12",
        "1.2.3",
        "10.0.0.1",
        "2021-06/17",
        "21/06/17",
        "115/11/17",
        "31 Foo 2026",
        "Mayor 9, 2026",
        "2021-06-17 ",
        "2021-06-17x",
        "2021-06-17 04:12:33 x",
        "12345678901",
    ] {
        assert!(TimeForm::of(text, true).is_none() || text.trim() == "2021-06-17", "{text}");
    }
}

#[test]
fn the_most_frequent_form_of_the_first_cells_wins() {
    let cells = ["x", "2021-06-17", "2021-06-17 04:12:33", "2021-06-17 04:12:34"];
    assert_eq!(
        TimeForm::of_cells(cells.map(TimeCell::Whole).into_iter(), true),
        TimeForm::of("2021-06-17 04:12:33", true)
    );
}

#[test]
fn a_skipped_hour_does_not_exist_and_a_repeated_one_is_the_earlier() {
    let form = TimeForm::of("2026-03-29 02:30:00", true).unwrap();
    let mut reader = TimeReader::new(&form, "Europe/Berlin".parse().unwrap(), encoding_rs::UTF_8, None);
    assert_eq!(reader.read(b"2026-03-29 02:30:00"), Err(key::reject::TIME_IMPOSSIBLE));
    // 02:30 comes twice on 2026-10-25, first in summer time (+02:00).
    assert_eq!(
        reader.read(b"2026-10-25 02:30:00").map(|at| Timestamp(at).utc().to_rfc3339()),
        Ok("2026-10-25T00:30:00+00:00".into())
    );
}

#[test]
fn a_cell_means_the_same_whatever_was_read_before() {
    // Wall clocks around a change of summer time, the first accepted instant, and forms with and without seconds.
    let cells = [
        "2026-03-29 01:59:59",
        "2026-03-29 02:30:00",
        "2026-03-29 03:00:00",
        "2026-03-29 03:00:01",
        "2026-10-25 02:30:00",
        "2026-10-25 03:30:00",
        "2026-10-25 23:59:59",
        "2026-10-25 24:00:00",
        "2026-10-25 23:60:00",
        "2026-10-25 23:59:60",
        "2026-10-25 3:30:00",
        "2026-10-25 30:30:00",
        "2011-01-01 08:59:59",
        "2011-01-01 09:00:00",
        "2011-01-01 00:00:00",
        "2010-12-31 23:59:59",
        "2026-10-25 03:30",
        "2026-10-25 03:30:00.5",
        " 2026-10-25 03:30:07",
        "2026-10-25  03:30:07",
        "",
        "2026/10/25 03:30:07",
        "2026-10-25T03:30:07",
        "2026-10-25T03:30:07Z",
        "2026-10-25T03:31:07Z",
    ];
    for (zone, first) in
        ["+09:00", "Europe/Berlin", "Australia/Lord_Howe"].into_iter().flat_map(|zone| cells.map(|cell| (zone, cell)))
    {
        let Some(form) = TimeForm::of(first, false) else { continue };
        let new = || TimeReader::new(&form, zone.parse().unwrap(), encoding_rs::UTF_8, None);
        let mut reader = new();
        for cell in cells.iter().flat_map(|cell| cells.iter().flat_map(move |other| [cell, other])) {
            assert_eq!(reader.read(cell.as_bytes()), new().read(cell.as_bytes()), "{zone}, {cell} as {form:?}");
        }
    }
}

#[test]
fn each_reading_shows_its_own_steps() {
    let form = TimeForm::of("2021-06-17 04:12:33", true).unwrap();
    let mut reader = TimeReader::new(&form, Zone::console(), encoding_rs::UTF_8, None);
    for cell in ["2021-06-17 04:12:00", "2021-06-17 04:13:00", "2021-06-17 04:15:00", "2021-06-17 04:15:01"] {
        reader.begin();
        assert!(reader.read(cell.as_bytes()).is_ok());
        let Steps { second, minute, five_minutes, hour, .. } = reader.steps;
        let (number, ones) = (cell[14..16].parse::<u32>().unwrap(), cell.ends_with('1'));
        assert_eq!((second, minute, five_minutes, hour), (ones, number % 5 != 0, true, true), "{cell}");
    }
}

#[test]
fn patterns_of_the_user_are_followed() {
    let form = TimeForm::Pattern("%d/%m/%Y %H:%M".into());
    assert_eq!(read("06/07/2021 4:12", &form).as_deref(), Ok("2021-07-05T19:12:00.000Z"));
    assert_eq!(read("x", &form), Err(key::reject::TIME_UNREADABLE));
    assert_eq!(read("06/07/2021", &TimeForm::Pattern("%d/%m/%Y".into())).as_deref(), Ok("2021-07-05T15:00:00.000Z"));
}

#[test]
fn precision_is_measured_once_there_is_enough_to_measure() {
    let form = TimeForm::of("2021-06-17 04:12:33", true).unwrap();
    let measure = |cells: &[String]| {
        let mut reader = TimeReader::new(&form, Zone::console(), encoding_rs::UTF_8, None);
        cells.iter().for_each(|cell| assert!(reader.read(cell.as_bytes()).is_ok()));
        reader.steps.precision(&form)
    };
    assert_eq!(measure(&["2021-06-17 04:00:00".into()]), Precision::Second);
    assert_eq!(measure(&(1..9).map(|d| format!("2021-06-0{d} 00:00:00")).collect::<Vec<_>>()), Precision::Day);
    assert_eq!(measure(&(10..20).map(|h| format!("2021-06-01 {h}:00:00")).collect::<Vec<_>>()), Precision::Hour);
    assert_eq!(measure(&(10..20).map(|m| format!("2021-06-01 04:{m}:00")).collect::<Vec<_>>()), Precision::Minute);
    assert_eq!(measure(&(10..20).map(|m| format!("2021-06-01 04:{m}:30")).collect::<Vec<_>>()), Precision::Second);
    assert_eq!(TimeForm::of("2021-06-17", true).unwrap().precision(), Precision::Day);
}

fn apart(date: &str, clock: &str, form: &TimeForm) -> Result<String, Why> {
    let mut reader = TimeReader::new(form, Zone::console(), encoding_rs::UTF_8, Some(b'\t'));
    let at = reader.read_apart(date.as_bytes(), clock.as_bytes())?;
    let again = reader.read(format!("{date}\t{clock}").as_bytes());
    assert_eq!(again, Ok(at));
    Ok(Timestamp(at).utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
}

#[test]
fn a_date_and_a_time_of_day_in_two_cells_mean_what_they_mean_in_one() {
    for (date, clock) in [
        ("2026-11-17", "04:12:33"),
        ("2026/11/17", "4:12:33"),
        ("11/17/2026", "4:12:33 AM"),
        ("17.11.2026", "04:12:33.000"),
        ("2026年11月17日", "4時12分33秒"),
        ("2026-11-17 00:00:00", "04:12:33"),
        ("2026/11/17 0:00", "上午 4:12:33"),
        ("2569-11-17", "04:12:33"),
        ("Nov 17, 2026", "4:12:33"),
        ("2026-11-17", "1899-12-30 04:12:33"),
        ("2026-11-17", "2026-11-17 04:12:33"),
        ("2026-11-17", "04:12:33+09:00"),
    ] {
        let cells = TimeCell::Apart { date, clock };
        let form = TimeForm::of_cells([cells].into_iter(), true).unwrap();
        let form = form.decided_by(cells).unwrap_or(form);
        assert_eq!(apart(date, clock, &form).as_deref(), Ok("2026-11-16T19:12:33.000Z"), "{date} {clock}");
    }
    let form = TimeForm::of_cells([TimeCell::Apart { date: "2026-11-17", clock: "4:12" }].into_iter(), false).unwrap();
    assert_eq!(apart("2026-11-17", "", &form), Err(key::reject::TIME_MISSING));
    assert_eq!(apart("", "4:12", &form), Err(key::reject::TIME_MISSING));
    assert_eq!(apart("2026-11-17", "soon", &form), Err(key::reject::TIME_UNREADABLE));
    assert_eq!(apart("2026-11-17", "24:00", &form), Err(key::reject::TIME_IMPOSSIBLE));
    assert_eq!(apart("2026-11-31", "4:12", &form), Err(key::reject::TIME_IMPOSSIBLE));
}

#[test]
fn what_is_zero_may_be_left_out_in_single_cells() {
    let cells = ["2026-11-16T04:00:15", "2026-11-16T04:00", "2026-11-16", "2026-11-16T04:00:15.250"];
    let form = TimeForm::of_cells(cells.map(TimeCell::Whole).into_iter(), false).unwrap();
    for (cell, expected) in cells.into_iter().zip([
        "2026-11-15T19:00:15.000Z",
        "2026-11-15T19:00:00.000Z",
        "2026-11-15T15:00:00.000Z",
        "2026-11-15T19:00:15.250Z",
    ]) {
        assert_eq!(read(cell, &form).as_deref(), Ok(expected), "{cell}");
    }
    // A space for the T, another separator, and twelve hours are other forms.
    for cell in ["2026-11-16 04:00:15", "2026/11/16T04:00:15", "2026-11-16T04:00:15 AM"] {
        assert_eq!(read(cell, &form), Err(key::reject::TIME_UNREADABLE), "{cell}");
    }
    // The minute of one cell is not the hour of another.
    let mut reader = TimeReader::new(&form, Zone::console(), encoding_rs::UTF_8, None);
    for cell in ["2026-11-16T04:12", "2026-11-16T04:13", "2026-11-16T04:12:13"] {
        assert_eq!(reader.read(cell.as_bytes()), new_reader(&form).read(cell.as_bytes()), "{cell}");
    }
}

fn new_reader(form: &TimeForm) -> TimeReader<'_> {
    TimeReader::new(form, Zone::console(), encoding_rs::UTF_8, None)
}

#[test]
fn years_of_the_buddhist_era_are_those_of_a_whole_column() {
    let cells = ["2569-11-17 04:12:33", "2569-11-18 04:12:33"];
    let form = TimeForm::of_cells(cells.map(TimeCell::Whole).into_iter(), false).unwrap();
    assert_eq!(read("2569-11-17 04:12:33", &form).as_deref(), Ok("2026-11-16T19:12:33.000Z"));
    // 2567 is 2024, a leap year.
    assert_eq!(read("2567-02-29 04:12:33", &form).as_deref(), Ok("2024-02-28T19:12:33.000Z"));
    assert_eq!(read("2026-11-17 04:12:33", &form), Err(key::reject::TIME_OUT_OF_RANGE));
    let mixed = ["2569-11-17 04:12:33", "2026-11-18 04:12:33"];
    let form = TimeForm::of_cells(mixed.map(TimeCell::Whole).into_iter(), false).unwrap();
    assert_eq!(read("2569-11-17 04:12:33", &form), Err(key::reject::TIME_OUT_OF_RANGE));
    assert_eq!(read("2026-11-17 04:12:33", &form).as_deref(), Ok("2026-11-16T19:12:33.000Z"));
}

#[test]
fn years_of_the_republic_of_china_are_recognised_as_such() {
    for cell in ["115/11/17 04:12", "民國115年11月17日", "115-11-17"] {
        assert!(is_roc_date(cell) && TimeForm::of(cell, true).is_none(), "{cell}");
    }
    for cell in ["2026/11/17", "15/11/2026", "203.0.113.5", "115"] {
        assert!(!is_roc_date(cell), "{cell}");
    }
}

#[test]
fn a_proposed_pattern_reads_the_example() {
    for (cell, pattern) in [("20261117041233", "%Y%m%d%H%M%S"), ("Tue Nov 17 04:12:33 2026", "%a %b %e %H:%M:%S %Y")] {
        assert_eq!(pattern_for(cell), Some(pattern));
        let form = TimeForm::Pattern(pattern.to_owned());
        assert_eq!(read(cell, &form).as_deref(), Ok("2026-11-16T19:12:33.000Z"), "{cell}");
    }
    assert_eq!(pattern_for("the day before yesterday"), None);
}

#[test]
fn an_end_is_the_first_such_time_of_day_from_the_start_on() {
    let form = TimeForm::of("2026-11-17 04:12:33", false).unwrap();
    // The second of the day at which a row starts, and the milliseconds from there to its end.
    let start = 1_794_856_353_000_i64;
    let zone = Zone::console();
    assert_eq!(zone.time(Timestamp(start)).to_string(), "2026-11-17T04:12:33+09:00");
    let reader = TimeReader::new(&form, zone, encoding_rs::UTF_8, None);
    for (end, behind) in [
        ("04:12:33", 0),
        ("04:13:20", 47_000),
        ("4:13:20", 47_000),
        (" 04:13:20 ", 47_000),
        ("04:13:20.250", 47_250),
        ("4:13:20 AM", 47_000),
        ("午前4:13:20", 47_000),
        // To the minute, the end is in the minute of the start.
        ("04:12", 0),
        ("04:13", 27_000),
        ("04:12:32", 86_399_000),
        ("00:00:07", 71_254_000),
        ("", 0),
        ("2026-11-17 04:13:20", 47_000),
        ("2026-11-17 04:12", 0),
    ] {
        assert_eq!(reader.end(start, end.as_bytes()), Ok(start + behind), "{end}");
    }
    for (end, why) in [
        ("soon", key::reject::END_UNREADABLE),
        ("25:00:00", key::reject::END_UNREADABLE),
        ("2026-11-17 04:12:31", key::reject::END_IMPOSSIBLE),
        ("2026-11-19 04:12:33", key::reject::END_IMPOSSIBLE),
    ] {
        assert_eq!(reader.end(start, end.as_bytes()), Err(why), "{end}");
    }
    // A start between two seconds ends in its own second, not a day later.
    assert_eq!(reader.end(start + 500, b"04:12:33"), Ok(start + 500));
    assert_eq!(reader.end(start + 500, b"04:12:40"), Ok(start + 7_000));
}

#[test]
fn an_end_may_leave_out_the_half_of_the_day_or_say_its_offset() {
    let at = |local: &str| chrono::DateTime::parse_from_rfc3339(local).unwrap().timestamp_millis();
    for (form, start, end, expected) in [
        ("2026-11-17 05:12:33 PM", "2026-11-17T17:12:33+09:00", "05:12:59", "2026-11-17T17:12:59+09:00"),
        ("2026-11-17 05:12:33 PM", "2026-11-17T17:12:33+09:00", "05:12:59 PM", "2026-11-17T17:12:59+09:00"),
        ("2026-11-17 05:12:33 PM", "2026-11-17T17:12:33+09:00", "17:12:59", "2026-11-17T17:12:59+09:00"),
        ("2026-11-17 05:12:33 PM", "2026-11-17T05:12:33+09:00", "05:12:59", "2026-11-17T05:12:59+09:00"),
        ("2026-11-17 11:59:50 PM", "2026-11-17T23:59:50+09:00", "12:00:09", "2026-11-18T00:00:09+09:00"),
        ("2026-11-17 11:59:50 AM", "2026-11-17T11:59:50+09:00", "12:00:09", "2026-11-17T12:00:09+09:00"),
        ("2026-11-17 04:12:33+09:00", "2026-11-17T04:12:33+09:00", "04:12:59+09:00", "2026-11-17T04:12:59+09:00"),
        ("2026-11-17 23:59:50+09:00", "2026-11-17T23:59:50+09:00", "00:00:09+09:00", "2026-11-18T00:00:09+09:00"),
        ("2026-11-17 23:59:50Z", "2026-11-17T23:59:50Z", "00:00:09Z", "2026-11-18T00:00:09Z"),
        ("2026-11-17 23:59:50", "2026-11-17T23:59:50+09:00", "15:00:09Z", "2026-11-18T00:00:09+09:00"),
    ] {
        let form = TimeForm::of(form, false).unwrap();
        let reader = TimeReader::new(&form, Zone::console(), encoding_rs::UTF_8, None);
        assert_eq!(reader.end(at(start), end.as_bytes()), Ok(at(expected)), "{start} {end}");
    }
}

#[test]
fn an_end_is_found_where_clocks_change() {
    let form = TimeForm::of("2026-11-17 04:12:33", false).unwrap();
    let zone: Zone = "Europe/Berlin".parse().unwrap();
    let reader = TimeReader::new(&form, zone, encoding_rs::UTF_8, None);
    let at = |local: &str| chrono::DateTime::parse_from_rfc3339(local).unwrap().timestamp_millis();
    for (start, end, expected) in [
        ("2026-11-17T04:12:33+01:00", "04:13:20", "2026-11-17T04:13:20+01:00"),
        ("2026-11-17T23:59:50+01:00", "00:00:10", "2026-11-18T00:00:10+01:00"),
        // Forward over 02:00, and back from 03:00.
        ("2026-03-29T01:59:50+01:00", "03:00:10", "2026-03-29T03:00:10+02:00"),
        ("2026-10-25T02:59:50+02:00", "02:00:10", "2026-10-25T02:00:10+01:00"),
    ] {
        assert_eq!(reader.end(at(start), end.as_bytes()), Ok(at(expected)), "{start}");
    }
}
