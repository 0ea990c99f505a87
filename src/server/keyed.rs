//! Lines in which each value has a name: JSON and LTSV.

use serde_json::Value;

use super::request::Field;

/// What is logged under which key. Of several keys for one field the first that a line has is taken; `a.b` is the key `b`
/// of the object `a`.
pub type Keys = Vec<(Field, String)>;

/// Gives the values of an object; says no if it is none.
pub fn json(keys: &Keys, line: &[u8], mut set: impl FnMut(Field, &str)) -> bool {
    if !line.starts_with(b"{") {
        return false;
    }
    let Ok(Value::Object(object)) = serde_json::from_slice(line) else { return false };
    let object = Value::Object(object);
    for (field, key) in keys {
        let nested = || key.split('.').try_fold(&object, |value, key| value.get(key));
        match object.get(key).or_else(nested) {
            Some(Value::String(text)) => set(*field, text),
            Some(Value::Number(number)) => set(*field, &number.to_string()),
            // Caddy writes the values of headers as lists.
            Some(Value::Array(values)) => set(*field, values.first().and_then(Value::as_str).unwrap_or_default()),
            _ => {}
        }
    }
    true
}

/// Gives the values of labels; says no if there are none.
pub fn ltsv(keys: &Keys, line: &[u8], mut set: impl FnMut(Field, &str)) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let mut found = false;
    for (field, key) in keys {
        let value = line.split('\t').find_map(|part| part.strip_prefix(key.as_str())?.strip_prefix(':'));
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
        assert!(json(&keys(), line, |field, value| values.push((field, value.to_owned()))));
        let expected = [(Field::Status, "499"), (Field::Agent, "LineBotWebhook/2.0"), (Field::Path, "/")];
        assert_eq!(values, expected.map(|(field, value)| (field, value.to_owned())));
        for line in ["", "{", "[]", "{\"status\":", &"{\"a\":".repeat(10_000)] {
            assert!(!json(&keys(), line.as_bytes(), |_, _| {}), "{line}");
        }
    }

    #[test]
    fn labels_may_stand_in_any_order() {
        let mut values = Vec::new();
        assert!(ltsv(&keys(), b"a.b:/x:y\tstatus:200\tfoo:bar", |_, value| values.push(value.to_owned())));
        assert_eq!(values, ["200", "/x:y"]);
        assert!(!ltsv(&keys(), b"no labels", |_, _| {}));
    }
}
