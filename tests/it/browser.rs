//! A real Chromium without a window, driven over its DevTools protocol.
//!
//! The protocol: <https://chromedevtools.github.io/devtools-protocol/>. Chromium speaks it through a pair of pipes
//! (`--remote-debugging-pipe`, one JSON text per message, each ended by a zero byte), so this takes no port, no
//! WebSocket and no further crate. And Chromium ends when its pipe does: whatever becomes of the tests, no process
//! and no profile stays behind.
//!
//! One browser serves all tests. A [`Tab`] has a context of its own, which shares nothing with any other.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Instant,
};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{program::PATIENCE, tools::CHROMIUM};

const FLAGS: [&str; 13] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-first-run",
    "--no-default-browser-check",
    // Tabs of several tests are at work at once; none of them waits in the background.
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--hide-scrollbars",
];

/// Chromium reads from file descriptor 3 and writes to 4. When it has ended, its profile ($0) goes.
const START: &str = r#""$@" 3<&0 4>&1 </dev/null >/dev/null; rm -rf "$0""#;

/// The connection to the one browser.
struct Browser {
    pipe: Mutex<ChildStdin>,
    last_id: AtomicU64,
    /// Who waits for the reply to which message.
    waiting: Mutex<HashMap<u64, mpsc::Sender<Value>>>,
    /// What happened in each session.
    sessions: Mutex<HashMap<String, Arc<Events>>>,
    /// What Chromium said on its standard error.
    said: Mutex<String>,
}

/// What happened in a tab, in its order.
#[derive(Default)]
struct Events {
    list: Mutex<Vec<Value>>,
    more: Condvar,
}

/// A lock that a failed test has let go of is as good as any: nothing is changed halfway under it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Browser {
    /// The browser of all tests, started by the first one that asks.
    fn shared() -> Option<&'static Browser> {
        static SHARED: OnceLock<Result<Arc<Browser>, String>> = OnceLock::new();
        let program = CHROMIUM.get()?;
        match SHARED.get_or_init(|| Browser::start(program)) {
            Ok(browser) => Some(browser),
            Err(sentence) => panic!("{sentence}"),
        }
    }

    fn start(program: &Path) -> Result<Arc<Browser>, String> {
        let failed = |what: &str| format!("{} does not start: {what}", program.display());
        let profile =
            tempfile::Builder::new().prefix("errstat-chromium-").tempdir().map_err(|e| failed(&e.to_string()))?;
        let mut child: Child = Command::new("sh")
            .args(["-c", START])
            .arg(profile.path())
            .arg(program)
            .args(FLAGS)
            .args(["--remote-debugging-pipe", "--lang=en-US"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .env("LANGUAGE", "en_US")
            .env("LC_ALL", "C.UTF-8")
            // The reader sits anywhere; the report's times are those of its own zone.
            .env("TZ", "America/St_Johns")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C ends the tests; the end of the pipe then ends Chromium, in good order.
            .process_group(0)
            .spawn()
            .map_err(|error| failed(&error.to_string()))?;
        // From here on the shell takes care of the folder.
        let _ = profile.keep();
        let (Some(pipe), Some(messages), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(failed("it has no pipes"));
        };
        let browser = Arc::new(Browser {
            pipe: Mutex::new(pipe),
            last_id: AtomicU64::new(0),
            waiting: Mutex::default(),
            sessions: Mutex::default(),
            said: Mutex::default(),
        });
        let listener = Arc::clone(&browser);
        thread::spawn(move || listener.listen(BufReader::new(messages)));
        let reader = Arc::clone(&browser);
        thread::spawn(move || reader.keep_what_it_says(stderr));
        match browser.call(None, "Browser.getVersion", json!({})) {
            Ok(_) => Ok(browser),
            Err(error) => Err(failed(&format!("{error}\n{}", lock(&browser.said)))),
        }
    }

    /// Hands every message to who waits for it, until the pipe ends.
    fn listen(&self, mut messages: impl BufRead) {
        let mut message = Vec::new();
        while messages.read_until(0, &mut message).is_ok_and(|bytes| bytes > 0) {
            if message.last() == Some(&0) {
                message.pop();
            }
            let text = std::mem::take(&mut message);
            let Ok(message) = serde_json::from_slice::<Value>(&text) else { continue };
            if let Some(waiting) = message["id"].as_u64().and_then(|id| lock(&self.waiting).remove(&id)) {
                // Nobody is left to read what came too late.
                let _ = waiting.send(message);
            } else if let Some(events) =
                message["sessionId"].as_str().and_then(|id| lock(&self.sessions).get(id).cloned())
            {
                lock(&events.list).push(message);
                events.more.notify_all();
            }
        }
        // Nobody waits for a browser that is gone.
        lock(&self.waiting).clear();
    }

    fn keep_what_it_says(&self, mut stderr: impl Read) {
        let mut piece = [0; 4096];
        while let Ok(bytes @ 1..) = stderr.read(&mut piece) {
            let mut said = lock(&self.said);
            if said.len() < 16_384 {
                said.push_str(&String::from_utf8_lossy(&piece[..bytes]));
            }
        }
    }

    /// Calls a method of the protocol and waits for its result.
    fn call(&self, session: Option<&str>, method: &str, parameters: Value) -> Result<Value, String> {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed) + 1;
        let (sender, reply) = mpsc::channel();
        lock(&self.waiting).insert(id, sender);
        let mut message = json!({ "id": id, "method": method, "params": parameters });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        let written = {
            let mut pipe = lock(&self.pipe);
            pipe.write_all(&bytes).and_then(|()| pipe.flush())
        };
        written.map_err(|error| format!("{method} does not reach Chromium: {error}"))?;
        let mut reply = reply.recv_timeout(PATIENCE).map_err(|error| match error {
            mpsc::RecvTimeoutError::Timeout => format!("Chromium does not answer to {method}"),
            mpsc::RecvTimeoutError::Disconnected => format!("Chromium ended at {method}"),
        })?;
        match reply.get("error") {
            Some(error) => Err(format!("{method}: {error}")),
            None => Ok(reply["result"].take()),
        }
    }
}

/// A page in the browser, as one person sees it: 1200 × 900 pixels, light, with the keyboard's focus.
pub struct Tab {
    browser: &'static Browser,
    session: String,
    context: String,
    events: Arc<Events>,
}

impl Tab {
    /// None where no browser can be had: the test ends here.
    pub fn new() -> Option<Tab> {
        let browser = Browser::shared()?;
        let call = |method: &str, parameters: Value, field: &str| -> String {
            let result = browser.call(None, method, parameters).unwrap_or_else(|error| panic!("{error}"));
            result[field].as_str().unwrap_or_else(|| panic!("{method} gives no {field}: {result}")).to_owned()
        };
        let context = call("Target.createBrowserContext", json!({}), "browserContextId");
        let target =
            call("Target.createTarget", json!({ "url": "about:blank", "browserContextId": context }), "targetId");
        let session = call("Target.attachToTarget", json!({ "targetId": target, "flatten": true }), "sessionId");
        let events = Arc::new(Events::default());
        lock(&browser.sessions).insert(session.clone(), Arc::clone(&events));
        let tab = Tab { browser, session, context, events };
        for domain in ["Page", "Runtime", "Log", "Network"] {
            tab.call(&format!("{domain}.enable"), json!({}));
        }
        tab.call("Emulation.setFocusEmulationEnabled", json!({ "enabled": true }));
        tab.size(1200, 900);
        tab.media("screen", "light");
        Some(tab)
    }

    /// A new tab with a page.
    pub fn at(address: &str) -> Option<Tab> {
        let tab = Tab::new()?;
        tab.go(address);
        Some(tab)
    }

    /// Calls a method of the protocol.
    pub fn call(&self, method: &str, parameters: Value) -> Value {
        self.browser.call(Some(&self.session), method, parameters).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Goes to a page and waits until it stands. What happened before is forgotten.
    pub fn go(&self, address: &str) {
        lock(&self.events.list).clear();
        let answer = self.call("Page.navigate", json!({ "url": address }));
        assert!(answer["errorText"].is_null(), "{address}: {answer}");
        // Another fragment of the same page loads nothing.
        if answer["loaderId"].is_string() {
            self.wait_for("Page.loadEventFired");
        }
    }

    fn wait_for(&self, method: &str) {
        let start = Instant::now();
        let mut list = lock(&self.events.list);
        while !list.iter().any(|event| event["method"] == method) {
            let left = PATIENCE.checked_sub(start.elapsed()).unwrap_or_else(|| panic!("{method} never happened"));
            list = self.events.more.wait_timeout(list, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The value of a JavaScript expression; a promise is waited for.
    pub fn ask<T: DeserializeOwned>(&self, expression: &str) -> T {
        let parameters = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.call("Runtime.evaluate", parameters);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {}", answer["exceptionDetails"]);
        let value = answer["result"]["value"].take();
        serde_json::from_value(value).unwrap_or_else(|error| panic!("{expression}: {error} in {answer}"))
    }

    /// Runs JavaScript for what it does.
    pub fn run(&self, script: &str) {
        self.ask::<Value>(&format!("{{ {script} }}; null"));
    }

    /// Waits until the page has drawn what was asked of it. Needs scripts.
    pub fn settle(&self) {
        self.ask::<Value>("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))");
    }

    pub fn size(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// `screen` or `print`, and the preference for `light` or `dark`.
    pub fn media(&self, media: &str, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "media": media, "features": features }));
    }

    /// From the next page on, pages run no script. [`Tab::ask`] works all the same.
    pub fn without_scripts(self) -> Tab {
        self.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
        self
    }

    /// The page as a PDF file on A4.
    pub fn paper(&self) -> Value {
        self.call("Page.printToPDF", json!({ "paperWidth": 8.27, "paperHeight": 11.69, "printBackground": false }))
    }

    /// The middle of an element in the window, which is scrolled there.
    pub fn middle(&self, selector: &str) -> (f64, f64) {
        self.ask(&format!(
            "(() => {{
                const element = document.querySelector({selector:?});
                element.scrollIntoView({{ block: 'center', inline: 'center', behavior: 'instant' }});
                const box = element.getBoundingClientRect();
                return [box.x + box.width / 2, box.y + box.height / 2];
            }})()"
        ))
    }

    /// Moves the mouse, with no button down.
    pub fn point(&self, (x, y): (f64, f64)) {
        self.call("Input.dispatchMouseEvent", json!({ "type": "mouseMoved", "x": x, "y": y }));
    }

    fn mouse(&self, kind: &str, (x, y): (f64, f64), buttons: u32) {
        let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1 });
        self.call("Input.dispatchMouseEvent", event);
    }

    /// Presses the mouse's button on an element.
    pub fn click(&self, selector: &str) {
        let place = self.middle(selector);
        self.point(place);
        self.mouse("mousePressed", place, 1);
        self.mouse("mouseReleased", place, 0);
    }

    /// Draws the mouse from one place to another with its button down.
    pub fn drag(&self, from: (f64, f64), to: (f64, f64)) {
        self.point(from);
        self.mouse("mousePressed", from, 1);
        for step in 1..=4 {
            let part = f64::from(step) / 4.0;
            self.mouse("mouseMoved", (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part), 1);
        }
        self.mouse("mouseReleased", to, 0);
    }

    /// Strikes a key by its name: `Tab`, `Enter`, `ArrowRight`, or the character on it.
    pub fn key(&self, key: &str) {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "Escape" => 27,
            "End" => 35,
            "Home" => 36,
            "ArrowLeft" => 37,
            "ArrowRight" => 39,
            _ => u32::from(key.as_bytes()[0].to_ascii_uppercase()),
        };
        let text = match key {
            "Enter" => "\r",
            _ if key.len() == 1 => key,
            _ => "",
        };
        let event =
            |kind: &str, text: &str| json!({ "type": kind, "key": key, "windowsVirtualKeyCode": code, "text": text });
        self.call("Input.dispatchKeyEvent", event(if text.is_empty() { "rawKeyDown" } else { "keyDown" }, text));
        self.call("Input.dispatchKeyEvent", event("keyUp", ""));
    }

    /// What the page logged, threw, or wanted the person to answer, since it was opened.
    pub fn complaints(&self) -> Vec<String> {
        let kinds = [
            "Runtime.exceptionThrown",
            "Runtime.consoleAPICalled",
            "Log.entryAdded",
            "Page.javascriptDialogOpening",
            "Page.downloadWillBegin",
        ];
        self.happened(&kinds).iter().map(|event| event["params"].to_string()).collect()
    }

    /// The addresses that the page asked for, since it was opened.
    pub fn requests(&self) -> Vec<String> {
        let kinds = ["Network.requestWillBeSent", "Network.webSocketCreated", "Network.webTransportCreated"];
        let address = |event: &Value| {
            let parameters = &event["params"];
            parameters["request"]["url"].as_str().or(parameters["url"].as_str()).unwrap_or_default().to_owned()
        };
        self.happened(&kinds).iter().map(address).collect()
    }

    fn happened(&self, kinds: &[&str]) -> Vec<Value> {
        let list = lock(&self.events.list);
        list.iter().filter(|event| kinds.iter().any(|kind| event["method"] == **kind)).cloned().collect()
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        lock(&self.browser.sessions).remove(&self.session);
        // The browser may be gone, and this may be the end of a test that failed: no second panic.
        let _ = self.browser.call(None, "Target.disposeBrowserContext", json!({ "browserContextId": self.context }));
    }
}
