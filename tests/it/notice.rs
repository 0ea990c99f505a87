//! Notification mails of channels that are told apart by name and id.

/// Each channel has an id of its own.
fn id(channel: &str) -> usize {
    1_650_000_000 + channel.len()
}

/// A mail as LINE words it.
pub fn mail(channel: &str, time: &str, detail: &str, count: u32) -> String {
    format!(
        "From: LINE <no-reply@line.me>\r\nDate: Thu, 19 Nov 2026 09:00:00 +0900\r\n\
         Subject: Messaging API: Your bot server returned no response or an error - {channel}\r\n\r\n\
         Channel ID: {}\r\nChannel name: {channel}\r\nReason for error: error_status_code\r\n\
         Detail for error: {detail}\r\nError count: {count}\r\nTime detected: {time}\r\n",
        id(channel)
    )
}
