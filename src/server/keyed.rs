//! Lines in which each value has a name: JSON and LTSV.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::request::Field;

/// What is logged under which key. Of several keys for one field the first that a line has is taken; `a.b` is the key `b`
/// of the object `a`.
pub type Keys = Vec<(Field, String)>;

/// Gives the values of an object; says no if it is none.
pub fn json(keys: &Keys, line: &[u8], mut set: impl FnMut(Field, &[u8])) -> bool {
    if !line.starts_with(b"{") {
        return false;
    }
    let Some(found) = values(keys, line).or_else(|| values(keys, &mended(line))) else { return false };
    for ((field, _), value) in keys.iter().zip(&found) {
        value.iter().for_each(|value: &String| set(*field, value.as_bytes()));
    }
    true
}

fn values(keys: &Keys, line: &[u8]) -> Option<Vec<Option<String>>> {
    let mut found = vec![None; keys.len()];
    let keys_left = keys.iter().enumerate().map(|(at, (_, key))| (at, key.as_str())).collect();
    let mut json = serde_json::Deserializer::from_slice(line);
    (Wanted { keys_left, found: &mut found }).deserialize(&mut json).and_then(|()| json.end()).ok()?;
    Some(found)
}

/// nginx writes whatever a variable has where a `log_format` has the signs of JSON around it: nothing, `-` or a list as a
/// value without quotes (`"urt":,`), and `\x22` in a text.
fn mended(line: &[u8]) -> Vec<u8> {
    let (mut mended, mut rest) = (Vec::with_capacity(line.len() + 8), line);
    let mut quoted = false;
    while let Some((sign, behind)) = rest.split_first() {
        mended.push(*sign);
        rest = behind;
        match sign {
            b'"' => quoted = !quoted,
            b'\\' if quoted && rest.first() == Some(&b'x') => {
                mended.extend(b"u00");
                rest = &rest[1..];
            }
            b'\\' if quoted && !rest.is_empty() => {
                mended.push(rest[0]);
                rest = &rest[1..];
            }
            b':' if !quoted => {
                let bare = |at: &usize| matches!(&rest[*at..], [b'}', ..] | [b',', b'"', ..] | [b',', b' ', b'"', ..]);
                let end = (0..rest.len()).find(bare).unwrap_or(0);
                let value = rest[..end].trim_ascii();
                let is_json = value.first().is_some_and(|first| b"\"{[".contains(first));
                if !is_json && serde_json::from_slice::<IgnoredAny>(value).is_err() {
                    mended.push(b'"');
                    mended.extend(value);
                    mended.push(b'"');
                    rest = &rest[end..];
                }
            }
            _ => {}
        }
    }
    mended
}

/// By number, what is left of each key within the value that is read next: nothing where this is the value.
type KeysLeft<'k> = Vec<(usize, &'k str)>;

/// Takes the values of some keys out of JSON, and builds nothing of the rest.
struct Wanted<'k, 'f> {
    keys_left: KeysLeft<'k>,
    found: &'f mut [Option<String>],
}

impl Wanted<'_, '_> {
    fn take<E>(self, value: impl ToString) -> Result<(), E> {
        let here = self.keys_left.iter().filter(|(_, left)| left.is_empty());
        here.for_each(|(at, _)| self.found[*at] = Some(value.to_string()));
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Wanted<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Wanted<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.take(text)
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.take(number)
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.take(number)
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.take(number)
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    /// pino has no status of a request that was given up.
    fn visit_unit<E>(self) -> Result<(), E> {
        self.take("-")
    }

    /// Caddy writes the values of headers as lists.
    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        values.next_element_seed(self)?;
        while values.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some(keys_left) = object.next_key_seed(Within(&self.keys_left))? {
            if keys_left.is_empty() {
                object.next_value::<IgnoredAny>()?;
            } else {
                object.next_value_seed(Wanted { keys_left, found: self.found })?;
            }
        }
        Ok(())
    }
}

/// What is left of keys within the value of a name.
struct Within<'a, 'k>(&'a KeysLeft<'k>);

impl<'de, 'k> DeserializeSeed<'de> for Within<'_, 'k> {
    type Value = KeysLeft<'k>;

    fn deserialize<D: Deserializer<'de>>(self, name: D) -> Result<KeysLeft<'k>, D::Error> {
        name.deserialize_str(self)
    }
}

impl<'k> Visitor<'_> for Within<'_, 'k> {
    type Value = KeysLeft<'k>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<KeysLeft<'k>, E> {
        let within = |(at, left): &(usize, &'k str)| {
            let behind = left.strip_prefix(name)?;
            Some((*at, if behind.is_empty() { behind } else { behind.strip_prefix('.')? }))
        };
        Ok(self.0.iter().filter_map(within).collect())
    }
}

/// Gives the values of labels; says no if there are none.
pub fn ltsv(keys: &Keys, line: &[u8], mut set: impl FnMut(Field, &[u8])) -> bool {
    let mut found = false;
    for (field, key) in keys {
        let value =
            line.split(|byte| *byte == b'\t').find_map(|part| part.strip_prefix(key.as_bytes())?.strip_prefix(b":"));
        if let Some(value) = value {
            set(*field, value);
            found = true;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        let keys = [(Field::Status, "status"), (Field::Agent, "request.headers.User-Agent"), (Field::Path, "a.b")];
        keys.map(|(field, key)| (field, key.to_owned())).to_vec()
    }

    #[test]
    fn keys_may_be_nested_and_values_lists() {
        let mut values = Vec::new();
        let line = br#"{"status":499,"request":{"headers":{"User-Agent":["LineBotWebhook\/2.0"]}},"a.b":"\u002f"}"#;
        assert!(json(&keys(), line, |field, value| values.push((field, value.to_vec()))));
        let expected = [(Field::Status, "499"), (Field::Agent, "LineBotWebhook/2.0"), (Field::Path, "/")];
        assert_eq!(values, expected.map(|(field, value)| (field, value.into())));
        for line in ["", "{", "[]", "{\"status\":", &"{\"a\":".repeat(10_000)] {
            assert!(!json(&keys(), line.as_bytes(), |_, _| {}), "{line}");
        }
    }

    #[test]
    fn what_nginx_leaves_empty_or_unquoted_is_read() {
        let read = |line: &str| {
            let mut values = Vec::new();
            let all =
                json(&keys(), line.as_bytes(), |_, value| values.push(String::from_utf8_lossy(value).into_owned()));
            (all, values)
        };
        for (bare, value) in
            [("", ""), ("-", "-"), ("null", "-"), ("0.004, 0.002", "0.004, 0.002"), ("007", "007"), ("200", "200")]
        {
            for line in [
                format!("{{\"x\":\"a\\x22:,b\",\"status\":{bare},\"y\":1}}"),
                format!("{{\"y\": 1, \"status\": {bare}}}"),
            ] {
                assert_eq!(read(&line), (true, vec![value.to_owned()]), "{line}");
            }
        }
        for line in ["{\"status\":", "{\"status\":,", "{:,}", "{\"a\\"] {
            assert!(!read(line).0, "{line}");
        }
    }

    #[test]
    fn labels_may_stand_in_any_order() {
        let mut values = Vec::new();
        assert!(ltsv(&keys(), b"a.b:/x:y\tstatus:200\tfoo:bar", |_, value| values.push(value.to_vec())));
        assert_eq!(values, [&b"200"[..], b"/x:y"]);
        assert!(!ltsv(&keys(), b"no labels", |_, _| {}));
    }
}
