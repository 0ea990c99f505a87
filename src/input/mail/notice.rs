//! From a mail's items to what it tells.

use std::collections::HashSet;

use super::{
    Content, MailOptions,
    items::{self, Filled},
    letter::{Letter, Version},
    moment,
    reading::Item,
    sections::{Section, sections},
    subject::{self, Subject},
    values::{self, Hints, bare, without_own_brackets},
    words::{Kind, NoticeItem},
};
use crate::{
    model::{Channel, Origin, Precision, REDELIVERY_STOPPED, Row, Sentence, Timestamp, Why, key},
    taxonomy,
};

/// Length of a text that is shown of a mail, in characters.
pub const EXCERPT: usize = 200;
/// Longer details are refused, as in exports.
const LONGEST_DETAIL: usize = 4096;
/// Longer names of channels are shortened, in characters.
const LONGEST_NAME: usize = 400;

/// What came of a text or a mail: what it tells, which may be nothing, or what of it could not be read although it looks
/// like a notification; what could not be read beside it is not yet safe to show.
type Told = Result<Vec<Notice>, Fault>;
type Fault = (Why, String);

/// What a group of items tells.
#[derive(Clone)]
struct Notice {
    row: Row,
    /// Whether its count and its time are items.
    counted: bool,
    timed: bool,
}

impl Notice {
    /// Whether this one tells all that another one does, which may lack items.
    fn covers(&self, other: &Notice) -> bool {
        let (own, row) = (&self.row, &other.row);
        let after = own.time.0 - row.time.0;
        let timed = self.timed && (0..row.precision.millis().max(1)).contains(&after) && own.precision <= row.precision;
        own.reason == row.reason
            && own.detail.starts_with(&row.detail)
            && (row.channel.id.is_none() || own.channel.id == row.channel.id)
            && (!other.counted || self.counted && own.errors == row.errors)
            && (!other.timed || timed)
    }
}

fn is_nothing(told: &Told) -> bool {
    matches!(told, Ok(notices) if notices.is_empty())
}

/// One after the other; the first fault is that of all.
fn together(told: impl IntoIterator<Item = Told>) -> Told {
    Ok(told.into_iter().collect::<Result<Vec<_>, _>>()?.concat())
}

/// What a mail is.
pub fn content(letter: &Letter, options: MailOptions) -> Content {
    match tell(letter, options) {
        Err((why, text)) => {
            let text = if text.trim().is_empty() { &letter.subject } else { &text };
            Content::Unreadable { why, text: options.privacy.excerpt(text.trim(), EXCERPT) }
        }
        Ok(notices) if notices.is_empty() => Content::Other(Sentence::new(key::mails::OTHER)),
        Ok(notices) => {
            // Who answers a mail repeats it.
            let mut seen = HashSet::new();
            let rows = notices.into_iter().map(|notice| notice.row);
            Content::Notices(rows.filter(|row| seen.insert(row.clone())).collect())
        }
    }
}

/// What a mail and those attached to it tell.
fn tell(letter: &Letter, options: MailOptions) -> Told {
    let attached = together(letter.attached.iter().map(|inner| tell(inner, options)));
    let subject = subject::recognise(&letter.subject);
    let whole = match best_version(letter, subject.as_ref(), options) {
        // The subject is that of the mail that is attached, or the text only says that one is.
        Err((key::mails::REASON_MISSING | key::mails::FORWARDED_WITHOUT_TIME, _)) if !is_nothing(&attached) => attached,
        own => together([own, attached]),
    };
    match letter.hindrance {
        Some(why) if !is_nothing(&whole) || subject.is_some() => Err((why, String::new())),
        _ => whole,
    }
}

/// What the fuller of the versions of the text tells, or the one that can be read whole, or else the first that tells
/// anything.
fn best_version(letter: &Letter, subject: Option<&Subject>, options: MailOptions) -> Told {
    let [first, last] = &letter.versions;
    let told = text(first, letter, subject, options);
    if first == last {
        return told;
    }
    let other = text(last, letter, subject, options);
    let covers = |all: &[Notice], some: &[Notice]| some.iter().all(|one| all.iter().any(|own| own.covers(one)));
    match (&told, &other) {
        (Ok(one), Ok(two)) if covers(one, two) => told,
        (Ok(one), Ok(two)) if covers(two, one) => other,
        (Ok(_), Ok(_)) => Err((key::mails::VERSIONS_DIFFER, String::new())),
        (Ok(one), _) if !one.is_empty() => told,
        (_, Ok(two)) if !two.is_empty() => other,
        // That a version holds no items says less than that those it holds are damaged.
        (Err((why, _)), Err(_)) if *why != key::mails::REASON_MISSING => told,
        (Err(_), Ok(_)) => told,
        _ => other,
    }
}

/// What is known of a mail beside its text.
struct Context<'a> {
    subject: Option<&'a Subject>,
    /// When it was sent, which says when the error was where no item does.
    sent: Result<Timestamp, Why>,
    /// The text ends in the middle.
    cut: bool,
    options: MailOptions,
}

impl Context<'_> {
    /// The channel's name in the subject.
    fn channel(&self) -> Option<&str> {
        self.subject.and_then(|subject| subject.channel.as_deref()).filter(|name| !is_damaged(name))
    }
}

/// Whether characters were lost.
fn is_damaged(text: &str) -> bool {
    text.contains('\u{fffd}')
}

/// What a text tells.
fn text(version: &Version, letter: &Letter, subject: Option<&Subject>, options: MailOptions) -> Told {
    let sections = sections(&version.lines);
    let last = sections.len() - 1;
    // An answer was sent later than what it answers.
    let answers = |subject: Option<&Subject>| subject.is_some_and(|subject| subject.forwarded);
    let told = together(sections.into_iter().enumerate().map(|(at, Section { fields, lines })| {
        let cut = at == last && version.hindrance == Some(key::mails::CUT_SHORT);
        let Some(fields) = fields else {
            let sent = match moment::sent(letter.date.as_deref(), options.zone) {
                _ if answers(subject) => Err(key::mails::FORWARDED_WITHOUT_TIME),
                sent => sent.ok_or(key::mails::TIME_MISSING),
            };
            return section(lines, &Context { subject, sent, cut, options });
        };
        let inner = subject::recognise(&fields.subject);
        let date = fields.date.filter(|_| !answers(inner.as_ref()));
        let sent = date.and_then(|date| Some(moment::read(&date, None, options.zone).ok()?.0));
        let sent = sent.ok_or(key::mails::FORWARDED_WITHOUT_TIME);
        section(lines, &Context { subject: inner.as_ref(), sent, cut, options })
    }));
    match subject {
        // The subject announces what no stretch of the text tells.
        Some(subject) if is_nothing(&told) => {
            let missing = match subject.kind {
                Kind::Errors => key::mails::REASON_MISSING,
                Kind::RedeliveryStopped => key::mails::FORWARDED_WITHOUT_TIME,
            };
            Err((version.hindrance.unwrap_or(missing), String::new()))
        }
        _ => told,
    }
}

/// What one mail's own text tells. A text without any items tells nothing, whatever its subject.
fn section(lines: &[String], context: &Context<'_>) -> Told {
    let hints = Hints { channel: context.channel(), zone: context.options.zone };
    let mut groups =
        items::groups(lines, context.subject.is_some(), &hints).ok_or((key::mails::TOO_MANY_ITEMS, String::new()))?;
    // Damage costs an item, and the mail only where nothing can stand for it.
    groups.iter_mut().for_each(|group| group.retain(|item| !is_lost(item, context.cut)));
    let filled = items::filled(&groups);
    let first = filled.first().copied().unwrap_or_default();
    if let Some(subject) = context.subject.filter(|subject| subject.kind == Kind::RedeliveryStopped) {
        return match time(&first, context) {
            Ok((time, _)) => {
                let (channel, reason) = (channel(&first, context), REDELIVERY_STOPPED.to_owned());
                let row = Row { time, end: time, channel, reason, origin: Origin::Mail, ..Row::default() };
                Ok(vec![Notice { row, counted: false, timed: first[NoticeItem::Time as usize].is_some() }])
            }
            // A forwarded mail's own stretch is empty; what it forwards follows.
            Err(_) if groups.is_empty() && subject.forwarded => Ok(Vec::new()),
            Err(fault) => Err(fault),
        };
    }
    let reasons: Vec<&str> = filled.iter().filter_map(|items| Some(reason_and_detail(items)?.0)).collect();
    if context.subject.is_none() && !is_notification(&reasons, &filled) {
        return Ok(Vec::new());
    }
    if !reasons.is_empty() {
        // The channel and the time may stand above all groups.
        let own = groups.iter().zip(&filled).filter(|(group, _)| group.iter().any(|item| !item.name.is_shared()));
        return own.map(|(_, items)| by_items(items, context)).collect();
    }
    let one_liners = items::one_liners(lines);
    if one_liners.is_empty() && !groups.is_empty() {
        return Err((key::mails::REASON_MISSING, String::new()));
    }
    let mut items = first;
    items[NoticeItem::Count as usize].take_if(|_| one_liners.len() > 1 || groups.len() > 1);
    one_liners.iter().map(|(reason, detail)| errors(reason, detail, &items, context)).collect()
}

/// Whether an item is of no use, and something else may stand for it: another item, the subject, the mail's date.
fn is_lost(item: &Item, cut: bool) -> bool {
    // A time that has its seconds is whole.
    let clock = |time: &str| {
        let digit = |at: usize| time.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        time.match_indices(':').any(|(at, _)| digit(at + 1) && time[at + 1..].get(2..3) == Some(":") && digit(at + 5))
    };
    let whole = !cut || !item.last || item.name == NoticeItem::Time && clock(&item.value);
    item.name.is_shared() && (is_damaged(&item.value) || !whole)
}

/// The reason and the detail that items tell; either item may hold both (`could_not_connect - (…)`). None where no item
/// has a reason.
fn reason_and_detail<'a>(items: &Filled<'a>) -> Option<(&'a str, &'a str)> {
    let value = |name: NoticeItem| items[name as usize].map(|item| item.value.trim());
    let (reason, detail) = (value(NoticeItem::Reason).map(bare), value(NoticeItem::Detail).unwrap_or_default());
    let (own, rest) = values::reason_and_detail(bare(detail)).unwrap_or((bare(detail), ""));
    let canonical = |reason| taxonomy::canonical(reason, "").reason;
    let same = reason.is_none_or(|reason| reason.is_empty() || canonical(reason) == canonical(own));
    match reason.and_then(values::reason_and_detail) {
        Some(both) if detail.is_empty() => Some(both),
        Some((reason, _)) => Some((reason, detail)),
        None if same && (values::is_code(own) || reason.is_some() && !rest.is_empty()) => Some((own, rest)),
        None => reason.map(|reason| (reason, detail)),
    }
}

/// Whether items with reasons are a notification, and not a text about notifications.
fn is_notification(reasons: &[&str], items: &[Filled<'_>]) -> bool {
    let placing = [NoticeItem::ChannelId, NoticeItem::ChannelName, NoticeItem::Channel, NoticeItem::Time];
    let code = |reason: &&str| {
        values::is_reason(reason) || reason.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
    };
    reasons.iter().any(|reason| !reason.is_empty() && code(reason))
        && placing.iter().any(|name| items.iter().any(|items| items[*name as usize].is_some()))
}

/// The errors that a group of items tells.
fn by_items(items: &Filled<'_>, context: &Context<'_>) -> Result<Notice, Fault> {
    let (reason, detail) = reason_and_detail(items).unwrap_or_default();
    if context.cut {
        let last = |name: NoticeItem| items[name as usize].map(|item| item.last);
        let open = [NoticeItem::Reason, NoticeItem::Detail].into_iter().any(|name| last(name) == Some(true));
        if open || last(NoticeItem::Count) != Some(false) {
            return Err((key::mails::CUT_SHORT, String::new()));
        }
    }
    errors(reason, detail, items, context)
}

fn errors(reason: &str, detail: &str, items: &Filled<'_>, context: &Context<'_>) -> Result<Notice, Fault> {
    let privacy = context.options.privacy;
    if values::is_none(reason) {
        return Err((key::mails::REASON_MISSING, String::new()));
    }
    if reason.len() > LONGEST_DETAIL || detail.len() > LONGEST_DETAIL {
        return Err((key::reject::DETAIL_TOO_LONG, detail.chars().take(EXCERPT * 8).collect()));
    }
    let detail = if values::is_none(detail) { "" } else { without_own_brackets(detail) };
    let canonical = taxonomy::canonical(reason, detail);
    let url = match canonical.url {
        Some(url) => Some(url),
        None => items[NoticeItem::Url as usize].map(|item| first_word(&item.value)),
    };
    let count = match items[NoticeItem::Count as usize] {
        Some(item) if values::is_none(&item.value) => return Err((key::reject::COUNT_MISSING, String::new())),
        Some(item) => values::count(&item.value).map_err(|why| (why, item.value.clone()))?,
        None => 1,
    };
    let (time, precision) = time(items, context)?;
    let row = Row {
        host: url.and_then(|url| privacy.host(url)),
        reason: privacy.text(&canonical.reason),
        detail: privacy.text(&canonical.detail),
        channel: channel(items, context),
        errors: count,
        rows: 1,
        time,
        end: time,
        precision,
        origin: Origin::Mail,
    };
    // A damaged detail is counted as it is; a damaged reason could be any.
    if is_damaged(&row.reason) {
        return Err((key::mails::UNDECODABLE, String::new()));
    }
    let is_item = |name: NoticeItem| items[name as usize].is_some();
    Ok(Notice { row, counted: is_item(NoticeItem::Count), timed: is_item(NoticeItem::Time) })
}

fn time(items: &Filled<'_>, context: &Context<'_>) -> Result<(Timestamp, Precision), Fault> {
    match items[NoticeItem::Time as usize] {
        Some(item) => moment::read(&item.value, item.note.as_deref(), context.options.zone)
            .map_err(|why| (why, item.value.clone())),
        None => {
            // Mail takes its time: seconds would pretend to know the error's.
            let sent = context.sent.map_err(|why| (why, String::new()))?;
            let minute = Precision::Minute.millis();
            Ok((Timestamp(sent.0.div_euclid(minute) * minute), Precision::Minute))
        }
    }
}

fn channel(items: &Filled<'_>, context: &Context<'_>) -> Channel {
    let item = |name: NoticeItem| items[name as usize].map(|item| item.value.trim());
    let (name, id) = match (item(NoticeItem::ChannelName), item(NoticeItem::ChannelId)) {
        (None, id) => match item(NoticeItem::Channel).map(values::name_and_id) {
            Some((name, own)) => (name, id.or(own)),
            None => (None, id),
        },
        // `Channel name: shop (1650000001)`, where nothing else tells the id.
        (Some(both), None) => match values::name_and_id(both) {
            (Some(name), Some(id)) if context.channel() == Some(name) => (Some(name), Some(id)),
            _ => (Some(both), None),
        },
        both => both,
    };
    let shown = |text: String| {
        let text: Vec<&str> = text.split_whitespace().collect();
        (!text.is_empty()).then(|| context.options.privacy.excerpt(&text.join(" "), LONGEST_NAME))
    };
    Channel {
        id: id.map(|id| bare(id).to_owned()).and_then(shown),
        name: name.or_else(|| context.channel()).map(str::to_owned).and_then(shown),
    }
}

/// A URL, also where its link stands behind it once more (`https://h/ <https://h/>`).
fn first_word(value: &str) -> &str {
    value.split_whitespace().next().unwrap_or_default().trim_matches(['<', '>', '`', '"'])
}
