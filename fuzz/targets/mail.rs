//! Mail reading: any bytes are mails that are told whole or not at all.

#![no_main]

use std::io::BufReader;

use errstat_fuzz::{
    input::mail::{Content, Mail, MailFile, MailOptions, mails, recognise},
    model::{Privacy, Timestamp, Zone, visible},
    taxonomy::Lang,
};
use libfuzzer_sys::fuzz_target;

/// 2011 to 2100, in which all times must be.
const YEARS: std::ops::Range<Timestamp> = Timestamp(1_293_840_000_000)..Timestamp(4_133_980_800_000);

fuzz_target!(|data: &[u8]| {
    let kind = recognise(data);
    // What is no mail by its beginning is read all the same: mails within mails have no beginning to go by.
    for kind in kind.map_or(vec![MailFile::Message, MailFile::Mbox], |kind| vec![kind]) {
        let options = MailOptions { zone: Zone::console(), privacy: Privacy::default() };
        let read = |capacity| -> Vec<Mail> {
            let reader = BufReader::with_capacity(capacity, data);
            mails(kind, reader, options).map(|mail| mail.expect("memory can be read")).collect()
        };
        let all = read(data.len().max(1));
        // Where the reader cuts its pieces is no matter.
        assert_eq!(all, read(7));
        assert!(all.is_sorted_by(|a, b| a.line < b.line));
        let lines = 1 + data.iter().filter(|b| **b == b'\n').count() as u64;
        for mail in &all {
            assert!(0 < mail.line && mail.line <= lines);
            whole(mail);
        }
    }
});

/// What is told of a mail can be counted and shown.
fn whole(mail: &Mail) {
    shown(&mail.subject);
    mail.from_domain.iter().for_each(|text| shown(text));
    match &mail.content {
        Content::Notices(rows) => {
            assert!(!rows.is_empty());
            for row in rows {
                assert!(!row.reason.trim().is_empty() && i64::try_from(row.errors).is_ok());
                assert!(YEARS.contains(&row.time));
                let texts = [&row.reason, &row.detail].into_iter().chain(&row.channel.id).chain(&row.channel.name);
                texts.chain(row.host.as_ref().map(|host| &host.0)).for_each(|text| shown(text));
            }
        }
        Content::Other(why) => {
            for lang in Lang::ALL {
                shown(&lang.say(why));
            }
        }
        Content::Unreadable { why, text } => {
            shown(text);
            assert!(!Lang::En.say(&errstat_fuzz::model::Sentence::new(*why)).is_empty());
        }
    }
}

/// A text that is safe to show has nothing left to make visible, and nothing left to cut unless white space made visible
/// now joins two words.
fn shown(text: &str) {
    assert_eq!(visible(text), text);
    assert!(
        text.contains(|c| ('\u{2409}'..='\u{240d}').contains(&c))
            || text.contains("\\u{")
            || Privacy::default().text(text) == text,
        "{text}"
    );
}
