//! `errstat inspect` of access logs: how each was understood, what LINE's requests in it were, what it can answer.

use crate::{
    model::{Sentence, Span, Zone, key},
    server::{self, Answer, LogFile, ServerLog, Stopped, Unreadable, Verdict},
    story::quantiles,
    taxonomy::Lang,
};

use super::{
    inspect::{Fields, kind, record, width},
    sheet::{Sheet, TerminalView},
};

/// How each log was understood, and what all of them say and can answer, as text of at most the view's width, each line
/// ended.
///
/// Times are shown in `zone`; `log_zone` is what the user says of times without a zone. Lists have the view's `top` first
/// entries.
pub fn server_log(log: &ServerLog, zone: &Zone, log_zone: Option<&Zone>, view: &TerminalView) -> String {
    let mut sheet = Sheet::new(view);
    let shown = Shown { log, zone, log_zone, lang: view.lang, top: view.top.max(1) };
    let width = width(&LABELS, view.lang);
    let mut all = shown.all();
    // What all can answer alike is told once.
    let answers = |file: &LogFile| shown.fields_of_answers(file);
    let alike = log.files.windows(2).all(|pair| answers(&pair[0]) == answers(&pair[1]));
    if let Some(first) = log.files.first().filter(|_| alike) {
        all.join(answers(first));
    }
    if let [file] = &log.files[..] {
        let mut fields = shown.file(file);
        fields.join(all);
        record(&mut sheet, &file.path, fields, width);
        return sheet.finish();
    }
    for file in &log.files {
        let mut fields = shown.file(file);
        if !alike {
            fields.join(answers(file));
        }
        record(&mut sheet, &file.path, fields, width);
        sheet.blank();
    }
    record(&mut sheet, view.lang.phrase(key::server::ALL), all, width);
    sheet.finish()
}

/// The names of fields, by which values stand below each other.
const LABELS: [key::SentenceKey; 11] = [
    key::inspect::KIND,
    key::inspect::EVIDENCE,
    key::inspect::SPAN,
    key::server::FORMAT,
    key::server::LINES,
    key::server::UNREADABLE,
    key::server::REQUESTS,
    key::server::DURATION,
    key::server::SILENT,
    key::server::ANSWERS,
    key::server::UNANSWERED,
];

struct Shown<'a> {
    log: &'a ServerLog,
    zone: &'a Zone,
    log_zone: Option<&'a Zone>,
    lang: Lang,
    top: usize,
}

impl Shown<'_> {
    fn say(&self, sentence: &Sentence) -> String {
        self.lang.say(sentence)
    }

    fn name(&self, key: key::SentenceKey) -> &'static str {
        self.lang.phrase(key)
    }

    fn span(&self, key: key::SentenceKey, span: Span) -> Sentence {
        let moment = |at| self.lang.moment(self.zone.local(at));
        Sentence::new(key).with("from", moment(span.first)).with("to", moment(span.last))
    }

    fn file(&self, file: &LogFile) -> Fields {
        let mut fields = Fields::new(self.lang);
        fields.say(key::inspect::KIND, &kind(file.packing, self.name(key::server::KIND)));
        let joined = |first: String, second: String| {
            self.say(&Sentence::new(key::server::SEVERAL).with("first", first).with("second", second))
        };
        let known = &file.recognised;
        let formats = known.lines.iter().map(|lines| lines.format.title.clone()).reduce(joined);
        fields.add(key::server::FORMAT, [formats.unwrap_or_default()]);
        let fitting = Sentence::new(key::server::FITTING);
        let fitting = fitting.with("fitting", known.fitting).with("looked_at", known.looked_at);
        let more = known.more.then(|| self.name(key::server::MORE).to_owned());
        fields.add(key::inspect::EVIDENCE, [self.say(&fitting)].into_iter().chain(more));
        let of_line = Sentence::new(if file.told { key::server::OF_LINE } else { key::server::OF_LINE_UNKNOWN });
        let of_line = of_line.with("lines", self.lang.number(file.lines)).with_number("requests", file.requests);
        fields.say(key::server::LINES, &of_line);
        if let Some(span) = file.span {
            let text = Sentence::new(key::inspect::IN_ZONE);
            let text = text.with_sentence("text", self.span(key::story::RANGE, span)).with("zone", self.zone);
            fields.say(key::inspect::SPAN, &text);
        }
        if file.unreadable > 0 {
            let count = Sentence::new(key::server::UNREADABLE_COUNT).with_number("count", file.unreadable);
            let line = |(line, why): &(u64, Unreadable)| {
                let line = Sentence::new(key::server::UNREADABLE_LINE).with("line", self.lang.number(*line));
                self.say(&line.with("why", self.name(unreadable(*why))))
            };
            let lines = file.examples.iter().take(self.top).map(line);
            fields.add(key::server::UNREADABLE, [self.say(&count)].into_iter().chain(lines));
        }
        fields
    }

    fn all(&self) -> Fields {
        let mut fields = Fields::new(self.lang);
        let total = self.log.total();
        let verdicts = total.verdicts.iter().map(|(verdict, count)| {
            let what = match verdict {
                Verdict::Ok => Sentence::new(key::server::OK),
                Verdict::OkOrSlow => Sentence::new(key::server::OK_OR_SLOW),
                Verdict::Timeout => Sentence::new(key::server::TIMEOUT),
                Verdict::Status(status) => Sentence::new(key::server::BY_STATUS).with("status", status),
            };
            let line = Sentence::new(key::server::VERDICT).with_sentence("what", what);
            self.say(&line.with_number("count", u64::from(count)))
        });
        let repeated = Sentence::new(key::server::REPEATED).with_number("count", self.log.repeated);
        let repeated = (self.log.repeated > 0).then(|| self.say(&repeated));
        fields.add(key::server::REQUESTS, verdicts.chain(repeated));
        if let Some(took) = server::durations(&total.durations) {
            fields.say(key::server::DURATION, &quantiles(&took));
        }
        let silent = self.log.silent();
        if !silent.is_empty() {
            let count = Sentence::new(key::server::SILENT_COUNT).with_number("count", silent.len() as u64);
            let spans = silent.iter().take(self.top).map(|span| {
                let within = |it: &&Stopped| it.span.first <= span.first && span.last <= it.span.last;
                let text = self.span(key::server::SILENT_SPAN, *span);
                self.say(&match self.log.stopped.iter().find(within) {
                    None => text,
                    Some(it) => {
                        let of_server = Sentence::new(key::server::SILENT_SERVER).with_sentence("span", text);
                        of_server.with("path", &it.server)
                    }
                })
            });
            fields.add(key::server::SILENT, [self.say(&count)].into_iter().chain(spans));
        }
        fields
    }

    fn fields_of_answers(&self, file: &LogFile) -> Fields {
        let mut fields = Fields::new(self.lang);
        let (can, cannot): (Vec<_>, Vec<_>) = self.answers(file).into_iter().partition(|(can, _)| *can);
        for (name, sentences) in [(key::server::ANSWERS, can), (key::server::UNANSWERED, cannot)] {
            fields.add(name, sentences.iter().map(|(_, sentence)| self.say(sentence)));
        }
        fields
    }

    /// What a log can answer and what not, in sentences.
    fn answers(&self, file: &LogFile) -> Vec<(bool, Sentence)> {
        let log_zone = self.log_zone;
        let has = |answer| file.recognised.answers.contains(&answer);
        let yes = |key| (true, Sentence::new(key));
        let no = |key| (false, Sentence::new(key));
        let mut answers = vec![match has(Answer::Agent) {
            true => yes(key::server::CAN_AGENT),
            false if file.told => yes(key::server::CAN_PATH),
            false => no(key::server::CANNOT_AGENT),
        }];
        answers.push(match has(Answer::Zone) {
            true => yes(key::server::CAN_ZONE),
            false => {
                let key = if log_zone.is_some() { key::server::ZONE_GIVEN } else { key::server::CANNOT_ZONE };
                (log_zone.is_some(), Sentence::new(key).with("zone", log_zone.unwrap_or(&Zone::utc())))
            }
        });
        let duration = has(Answer::Duration);
        answers.push(if duration { yes(key::server::CAN_DURATION) } else { no(key::server::CANNOT_DURATION) });
        answers.extend((!has(Answer::Start)).then(|| no(key::server::CANNOT_START)));
        answers.push(match (has(Answer::Hop), has(Answer::Gateway)) {
            (true, true) => yes(key::server::CAN_HOP),
            (true, false) => yes(key::server::CAN_HOP_PARTLY),
            (false, _) => no(key::server::CANNOT_HOP),
        });
        let lacking = [Answer::Agent, Answer::Duration, Answer::Start, Answer::Hop].iter().any(|answer| !has(*answer));
        answers.extend(lacking.then(|| no(key::server::HOW)));
        answers
    }
}

fn unreadable(why: Unreadable) -> key::SentenceKey {
    match why {
        Unreadable::TooLong => key::server::TOO_LONG,
        Unreadable::Form => key::server::FORM,
        Unreadable::Time => key::server::TIME,
        Unreadable::Status => key::server::STATUS,
    }
}
