//! From a mail's items to what it tells.

use std::collections::HashSet;

use super::{
    Content, Hindrance, MailOptions, Notice, Notified, Stopped,
    items::{self, Filled, Group},
    lines::Line,
    mime::{Letter, Version, version},
    moment,
    names::NoticeItem,
    reading::Item,
    sections::{Section, sections},
    subject::{self, Kind, Subject},
    values::{self, Hints, bare, without_own_brackets},
};
use crate::{
    model::{Channel, Precision, Privacy, Sentence, Timestamp},
    taxonomy,
};

/// Length of a text that is shown of a mail, in characters.
pub const EXCERPT: usize = 200;
/// Longer details are refused, as in exports.
const LONGEST_DETAIL: usize = 4096;
/// Longer names of channels are shortened, in characters.
const LONGEST_NAME: usize = 400;
/// Longer `Message-ID`s are shortened, in characters; RFC 5322 allows 998.
const LONGEST_ID: usize = 998;
/// More notices are in no mail.
const MOST_NOTICES: usize = 10_000;
/// Alternatives that are tried; mails have a plain and an HTML one.
const MOST_VERSIONS: usize = 4;

/// What came of a text or a mail.
#[derive(Default)]
struct Told {
    notices: Vec<Notice>,
    /// It looks like a notification, but this could not be read; what could not be read beside it, not yet safe to show.
    fault: Option<Fault>,
}

type Fault = (Hindrance, String);

impl Told {
    fn fault(why: Hindrance, text: impl Into<String>) -> Told {
        Told { notices: Vec::new(), fault: Some((why, text.into())) }
    }

    fn is_nothing(&self) -> bool {
        self.notices.is_empty() && self.fault.is_none()
    }

    fn add(&mut self, other: Told) {
        self.fault = self.fault.take().or(other.fault);
        self.notices.extend(other.notices);
        if self.notices.len() > MOST_NOTICES {
            self.notices.truncate(MOST_NOTICES);
            self.fault.get_or_insert((Hindrance::TooManyItems, String::new()));
        }
    }
}

/// What a mail is.
pub fn content(letter: &Letter, options: MailOptions) -> Content {
    let told = tell(letter, options);
    match told.fault {
        Some((why, text)) => {
            let text = if text.trim().is_empty() { &letter.subject } else { &text };
            Content::Unreadable { why, text: options.privacy.excerpt(text.trim(), EXCERPT) }
        }
        None if told.notices.is_empty() => Content::Other(Sentence::new("mails.other")),
        None => {
            // Who answers a mail repeats it.
            let mut seen = HashSet::new();
            let once = told.notices.into_iter().filter(|notice| seen.insert(notice.clone())).collect();
            Content::Notices(once)
        }
    }
}

/// The mail's `Message-ID`, safe to show.
pub fn message_id(letter: &Letter, privacy: Privacy) -> Option<String> {
    let id = letter.message_id.as_deref()?.trim();
    (!id.is_empty()).then(|| privacy.excerpt(id, LONGEST_ID))
}

/// What a mail and those attached to it tell.
fn tell(letter: &Letter, options: MailOptions) -> Told {
    let mut attached = Told::default();
    for inner in &letter.attached {
        attached.add(tell(inner, options));
    }
    let subject = subject::recognise(&letter.subject);
    let own = best_version(letter, subject.as_ref(), options);
    let hindrance = letter.hindrance.map(|why| (why, String::new()));
    let mut whole = match own {
        // The subject is that of the mail that is attached, or the text only says that one is.
        Told { fault: Some((Hindrance::ReasonMissing | Hindrance::ForwardedWithoutTime, _)), ref notices }
            if notices.is_empty() && !attached.is_nothing() =>
        {
            attached
        }
        mut own => {
            own.add(attached);
            own
        }
    };
    if hindrance.is_some() && (!whole.is_nothing() || subject.is_some()) {
        whole.fault = hindrance;
    }
    whole
}

/// What the first of the versions of the text tells that can be read whole, or else the first that tells anything.
fn best_version(letter: &Letter, subject: Option<&Subject>, options: MailOptions) -> Told {
    let versions = letter.bodies.iter().map(Vec::len).max().unwrap_or(0).clamp(1, MOST_VERSIONS);
    let mut best = Told::default();
    for at in 0..versions {
        let told = text(version(&letter.bodies, at), letter, subject, options);
        if told.fault.is_none() && !told.notices.is_empty() {
            return told;
        }
        // That a version holds no items says less than that those it holds are damaged.
        let says_more = match (&best.fault, &told.fault) {
            (Some((Hindrance::ReasonMissing, _)), Some((why, _))) => *why != Hindrance::ReasonMissing,
            _ => best.is_nothing(),
        };
        if says_more {
            best = told;
        }
    }
    best
}

/// What is known of a mail beside its text.
struct Context<'a> {
    subject: Option<&'a Subject>,
    /// When it was sent, which says when the error was where no item does.
    sent: Result<Timestamp, Hindrance>,
    message_id: Option<String>,
    /// The text ends in the middle.
    cut: bool,
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
fn text(version: Version, letter: &Letter, subject: Option<&Subject>, options: MailOptions) -> Told {
    let mut told = Told::default();
    let sections = sections(version.lines);
    let last = sections.len() - 1;
    for (at, Section { fields, lines }) in sections.into_iter().enumerate() {
        let cut = at == last && version.hindrance == Some(Hindrance::CutShort);
        let inner_subject = fields.as_ref().map(|fields| subject::recognise(&fields.subject));
        let context = match (&fields, &inner_subject) {
            (Some(fields), Some(inner)) => Context {
                subject: inner.as_ref(),
                sent: match &fields.date {
                    Some(date) if !inner.as_ref().is_some_and(|subject| subject.forwarded) => {
                        moment::read(date, None, options.zone).map(|(at, _)| at).ok()
                    }
                    _ => None,
                }
                .ok_or(Hindrance::ForwardedWithoutTime),
                message_id: None,
                cut,
            },
            _ => Context {
                subject,
                sent: match moment::sent(letter.date.as_deref(), options.zone) {
                    // An answer was sent later than what it answers.
                    _ if subject.is_some_and(|subject| subject.forwarded) => Err(Hindrance::ForwardedWithoutTime),
                    sent => sent.ok_or(Hindrance::TimeMissing),
                },
                message_id: message_id(letter, options.privacy),
                cut,
            },
        };
        told.add(section(&lines, &context, options));
    }
    // The subject announces what no stretch of the text tells.
    if let Some(subject) = subject
        && told.is_nothing()
    {
        let missing = match subject.kind {
            Kind::Errors => Hindrance::ReasonMissing,
            Kind::RedeliveryStopped => Hindrance::ForwardedWithoutTime,
        };
        told = Told::fault(version.hindrance.unwrap_or(missing), "");
    }
    // Of a text that was cut off, what it tells whole is told.
    if let Some(why) = version.hindrance.filter(|why| *why != Hindrance::CutShort)
        && !told.is_nothing()
    {
        told.fault = Some((why, String::new()));
    }
    told
}

/// What one mail's own text tells. A text without any items tells nothing, whatever its subject.
fn section(lines: &[Line], context: &Context<'_>, options: MailOptions) -> Told {
    let hints = Hints { channel: context.channel(), zone: options.zone };
    let Some(mut groups) = items::groups(lines, context.subject.is_some(), &hints) else {
        return Told::fault(Hindrance::TooManyItems, "");
    };
    // Damage costs an item, and the mail only where nothing can stand for it.
    groups.iter_mut().for_each(|group| group.retain(|item| !is_lost(item, context.cut)));
    let filled = items::filled(&groups);
    let empty = Filled::default();
    if context.subject.is_some_and(|subject| subject.kind == Kind::RedeliveryStopped) {
        let items = filled.first().unwrap_or(&empty);
        return match time(items, context, options) {
            Ok((time, precision)) => {
                let channel = channel(items, context, options.privacy);
                let stopped = Stopped { message_id: context.message_id.clone(), channel, time, precision };
                Told { notices: vec![Notice::RedeliveryStopped(stopped)], fault: None }
            }
            // A forwarded mail's own stretch is empty; what it forwards follows.
            Err(_) if groups.is_empty() && context.subject.is_some_and(|subject| subject.forwarded) => Told::default(),
            Err((why, text)) => Told::fault(why, text),
        };
    }
    let mut told = Told::default();
    let mut tell = |errors: Result<Notified, Fault>| match errors {
        Ok(errors) => told.add(Told { notices: vec![Notice::Errors(errors)], fault: None }),
        Err((why, text)) => told.add(Told::fault(why, text)),
    };
    if groups.iter().any(|group| reason_of(group).is_some()) {
        if is_notification(&groups, context) {
            // The channel and the time may stand above all groups.
            let own = |group: &[Item]| group.iter().any(|item| !items::SHARED.contains(&item.name));
            groups
                .iter()
                .zip(&filled)
                .filter(|(group, _)| own(group))
                .for_each(|(_, items)| tell(by_items(items, context, options)));
        }
        return told;
    }
    if context.subject.is_none() {
        return told;
    }
    let one_liners = items::one_liners(lines);
    let alone = one_liners.len() == 1 && groups.len() == 1;
    for (reason, detail) in &one_liners {
        let mut items = *filled.first().unwrap_or(&empty);
        items[NoticeItem::Count as usize] = items[NoticeItem::Count as usize].filter(|_| alone);
        tell(errors(reason, detail, &items, context, options));
    }
    if one_liners.is_empty() && !groups.is_empty() {
        return Told::fault(Hindrance::ReasonMissing, "");
    }
    told
}

/// Whether an item is of no use, and something else may stand for it: another item, the subject, the mail's date.
fn is_lost(item: &Item, cut: bool) -> bool {
    let replaceable =
        [NoticeItem::ChannelId, NoticeItem::ChannelName, NoticeItem::Channel, NoticeItem::Time, NoticeItem::Url]
            .contains(&item.name);
    // A time that has its seconds is whole.
    let clock = |time: &str| {
        let digit = |at: usize| time.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        time.match_indices(':').any(|(at, _)| digit(at + 1) && time[at + 1..].get(2..3) == Some(":") && digit(at + 5))
    };
    let whole = !cut || !item.last || item.name == NoticeItem::Time && clock(&item.value);
    replaceable && (is_damaged(&item.value) || !whole)
}

/// The item that tells the reason: the detail may do so, too (`Detail for error: could_not_connect - (…)`).
fn reason_of(group: &[Item]) -> Option<&Item> {
    let in_detail = || {
        items::get(group, NoticeItem::Detail).filter(|item| {
            let value = bare(&item.value);
            values::is_code(values::reason_and_detail(value).map_or(value, |(reason, _)| reason))
        })
    };
    items::get(group, NoticeItem::Reason).or_else(in_detail)
}

/// Whether items with a reason are a notification, and not a text about notifications.
fn is_notification(groups: &[Group], context: &Context<'_>) -> bool {
    let has = |name| groups.iter().any(|group| items::get(group, name).is_some());
    let placed =
        [NoticeItem::ChannelId, NoticeItem::ChannelName, NoticeItem::Channel, NoticeItem::Time].into_iter().any(has);
    let is_code = |item: &Item| {
        let value = item.value.trim();
        let (value, _) = values::reason_and_detail(value).unwrap_or((value, ""));
        let canonical = taxonomy::canonical(value, "");
        taxonomy::REASONS.contains(&&*canonical.reason)
            || !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    };
    let coded = groups.iter().any(|group| reason_of(group).is_some_and(is_code));
    context.subject.is_some() || placed && coded
}

/// The errors that a group of items tells.
fn by_items(items: &Filled<'_>, context: &Context<'_>, options: MailOptions) -> Result<Notified, Fault> {
    let value = |name: NoticeItem| items[name as usize].map_or("", |item| item.value.trim());
    let (reason, detail) = (bare(value(NoticeItem::Reason)), value(NoticeItem::Detail));
    // Either may hold both.
    let (reason, detail) = match (values::reason_and_detail(reason), values::reason_and_detail(bare(detail))) {
        (Some(both), _) if detail.is_empty() => both,
        (Some((reason, _)), _) => (reason, detail),
        (None, Some((own, detail))) if reason.is_empty() || same_reason(own, reason) => (own, detail),
        (None, _) if values::is_code(bare(detail)) && (reason.is_empty() || same_reason(detail, reason)) => {
            (bare(detail), "")
        }
        _ => (reason, detail),
    };
    if context.cut {
        let whole = |name: NoticeItem| items[name as usize].is_some_and(|item| !item.last);
        let open = |name: NoticeItem| items[name as usize].is_some_and(|item| item.last);
        if !whole(NoticeItem::Count) || open(NoticeItem::Reason) || open(NoticeItem::Detail) {
            return Err((Hindrance::CutShort, String::new()));
        }
    }
    errors(reason, detail, items, context, options)
}

fn same_reason(a: &str, b: &str) -> bool {
    taxonomy::canonical(bare(a), "").reason == taxonomy::canonical(b, "").reason
}

fn errors(
    reason: &str,
    detail: &str,
    items: &Filled<'_>,
    context: &Context<'_>,
    options: MailOptions,
) -> Result<Notified, Fault> {
    let privacy = options.privacy;
    if values::is_none(reason) {
        return Err((Hindrance::ReasonMissing, String::new()));
    }
    if reason.len() > LONGEST_DETAIL || detail.len() > LONGEST_DETAIL {
        return Err((Hindrance::DetailTooLong, detail.chars().take(EXCERPT * 8).collect()));
    }
    let detail = if values::is_none(detail) { "" } else { without_own_brackets(detail) };
    let canonical = taxonomy::canonical(reason, detail);
    let url = match canonical.url {
        Some(url) => Some(url),
        None => items[NoticeItem::Url as usize].map(|item| first_word(&item.value)),
    };
    let count = match items[NoticeItem::Count as usize] {
        Some(item) if !values::is_none(&item.value) => {
            values::count(&item.value).map_err(|why| (why, item.value.clone()))?
        }
        _ => 1,
    };
    let (time, precision) = time(items, context, options)?;
    let channel = channel(items, context, privacy);
    let notified = Notified {
        message_id: context.message_id.clone(),
        host: url.and_then(|url| privacy.host(url)),
        reason: privacy.text(&canonical.reason),
        detail: privacy.text(&canonical.detail),
        channel,
        count,
        time,
        precision,
    };
    // A damaged detail is counted as it is; a damaged reason could be any.
    if is_damaged(&notified.reason) {
        return Err((Hindrance::Undecodable, String::new()));
    }
    Ok(notified)
}

fn time(items: &Filled<'_>, context: &Context<'_>, options: MailOptions) -> Result<(Timestamp, Precision), Fault> {
    match items[NoticeItem::Time as usize] {
        Some(item) => {
            moment::read(&item.value, item.note.as_deref(), options.zone).map_err(|why| (why, item.value.clone()))
        }
        None => {
            // Mail takes its time: seconds would pretend to know the error's.
            let sent = context.sent.map_err(|why| (why, String::new()))?;
            let minute = Precision::Minute.millis();
            Ok((Timestamp(sent.0.div_euclid(minute) * minute), Precision::Minute))
        }
    }
}

fn channel(items: &Filled<'_>, context: &Context<'_>, privacy: Privacy) -> Channel {
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
        (!text.is_empty()).then(|| privacy.excerpt(&text.join(" "), LONGEST_NAME))
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
