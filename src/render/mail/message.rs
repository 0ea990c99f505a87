//! The parts of the message, put together.

use mail_builder::{
    MessageBuilder,
    headers::{address::Address as Mailbox, content_type::ContentType, date::Date, raw::Raw, text::Text},
    mime::MimePart,
};
use sha2::{Digest, Sha256};

use crate::{
    error::{Error, Result},
    model::key,
    story::Story,
};

use super::{MailView, Picture, address::Address, body};

/// Name of the attached page.
const PAGE: &str = "report.html";

/// Puts the message together.
pub(super) fn assemble(story: &Story<'_>, view: &MailView<'_>, subject: &str, plain: String) -> Result<Vec<u8>> {
    let failed = |cause: &dyn std::fmt::Display| Error::new(key::error_mail::NOT_BUILT).with("cause", cause);
    let date = story.analysis.generated_at.timestamp();
    let identity = Identity::of(view, subject, &plain, date);
    let html =
        body::html(story, view.pictures, |picture| identity.content_id(picture)).map_err(|error| failed(&error))?;

    let mut related = vec![MimePart::new("text/html", html)];
    related.extend(view.pictures.iter().map(|picture| {
        let name = format!("{}.png", picture.chart.file_stem());
        MimePart::new(ContentType::new("image/png").attribute("name", name.clone()), picture.png)
            .header("Content-Disposition", ContentType::new("inline").attribute("filename", name))
            .cid(identity.content_id(picture))
    }));
    let page = ContentType::new("text/html").attribute("charset", "utf-8").attribute("name", PAGE);
    let alternative = identity
        .multipart("alternative", vec![MimePart::new("text/plain", plain), identity.multipart("related", related)]);
    let mixed = identity.multipart("mixed", vec![alternative, MimePart::new(page, view.page).attachment(PAGE)]);

    let message =
        MessageBuilder::new().from(mailbox(view.from)).to(Mailbox::new_list(view.to.iter().map(mailbox).collect()));
    // As it stands where it is ASCII, so that any filter can match it.
    let message = match subject.is_ascii() {
        true => message.header("Subject", Raw::new(subject)),
        false => message.subject(subject),
    };
    message
        .date(Date::new(date))
        .message_id(identity.message_id())
        // RFC 3834: no program that answers for somebody on holiday answers this.
        .header("Auto-Submitted", Text::new("auto-generated"))
        .body(mixed)
        .write_to_vec()
        .map_err(|error| failed(&error))
}

fn mailbox(address: &Address) -> Mailbox<'_> {
    Mailbox::new_address(address.name(), address.address())
}

/// What makes this message this one: a hash of what it says, in place of the random ids that messages usually have.
struct Identity {
    hash: String,
    domain: String,
}

impl Identity {
    /// The HTML is left out, since it holds ids made from this hash; the page says all that it says.
    fn of(view: &MailView<'_>, subject: &str, plain: &str, date: i64) -> Identity {
        let mut digest = Sha256::new();
        let mut add = |bytes: &[u8]| {
            // With the length before each, no two lists of parts are one and the same text.
            digest.update((bytes.len() as u64).to_be_bytes());
            digest.update(bytes);
        };
        for address in [view.from].into_iter().chain(view.to) {
            add(address.name().unwrap_or_default().as_bytes());
            add(address.address().as_bytes());
        }
        add(subject.as_bytes());
        add(&date.to_be_bytes());
        add(plain.as_bytes());
        add(view.page);
        view.pictures.iter().for_each(|picture| add(picture.png));
        let hash = digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Identity { hash, domain: view.from.domain().to_owned() }
    }

    fn message_id(&self) -> String {
        format!("errstat.{}@{}", self.hash, self.domain)
    }

    fn content_id(&self, picture: &Picture<'_>) -> String {
        format!("{}.{}@{}", picture.chart.file_stem(), self.hash, self.domain)
    }

    /// A boundary that no part can hold: the hash of the parts is in it, and `=_` is in no encoded text (RFC 2045, 6.7).
    fn multipart<'x>(&self, kind: &str, parts: Vec<MimePart<'x>>) -> MimePart<'x> {
        let mut content_type = ContentType::new(format!("multipart/{kind}"));
        if kind == "related" {
            // RFC 2387 asks for the type of the first part.
            content_type = content_type.attribute("type", "text/html");
        }
        MimePart::new(content_type.attribute("boundary", format!("=_{kind}_{}", self.hash)), parts)
    }
}
