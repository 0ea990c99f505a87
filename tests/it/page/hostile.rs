//! Text from files and addresses is shown and never runs, whatever the page's script does with it.

use serde_json::Value;

use super::{Numbers, address, assert_quiet, place};
use crate::{
    browser::Tab,
    program::{AS_OF, Folder},
};

/// Texts that would run, load or leave their place if anything took them for more than text.
const HOSTILE: [&str; 12] = [
    "<img src=x onerror=hacked()>",
    "<script>hacked()</script>",
    "</script><script>hacked()</script>",
    "\"><svg onload=hacked()>",
    "' onmouseover='hacked()' x='",
    "<iframe srcdoc=\"<script>top.hacked()</script>\">",
    "javascript:hacked()",
    "<style>*{background:url(http://evil.example/x)}</style>",
    "<a href=javascript:hacked()>click</a><base href=http://evil.example/>",
    "</title></textarea></template><x-evil>",
    "${hacked()} {{hacked()}} {number} {constructor} __proto__",
    "constructor",
];

fn hostile_page() -> Folder {
    let folder = Folder::new();
    let mut export = format!("{}\nTime\tReason\tDetail\tCount\tChannel name\n", HOSTILE[1]);
    for (i, text) in HOSTILE.iter().enumerate() {
        let cell = format!("\"{}\"", text.replace('"', "\"\""));
        export += &format!("2026-11-16 10:{i:02}:00\t{cell}\tplain\t20\tshop\n");
        export += &format!("2026-11-16 11:{i:02}:00\terror_status_code\t{cell}\t30\tshop\n");
        export += &format!("2026-11-16 12:{i:02}:00\terror_status_code\t502\t40\t{cell}\n");
        export += &format!("2026-11-16 13:{i:02}:00\t{cell}\t{cell}\t{cell}\t{cell}\n");
    }
    let name = "<img src=x onerror=hacked()>'\"&.tsv";
    folder.file(name, export);
    let call = folder.errstat("report").arg(name);
    call.arg("-o").arg("report.html").arg("--as-of").arg(AS_OF).arg("--top").arg("50").done();
    folder
}

/// A tab in which the hostile texts would find what they call.
fn trap() -> Option<Tab> {
    let tab = Tab::new()?;
    let source = "window.hits = 0; window.hacked = () => { window.hits++; };";
    tab.call("Page.addScriptToEvaluateOnNewDocument", serde_json::json!({ "source": source }));
    Some(tab)
}

fn assert_nothing_ran(tab: &Tab, what: &str) {
    assert_eq!(tab.ask::<u32>("window.hits"), 0, "{what}: a text ran");
    let foreign: Vec<String> = tab.ask(
        "[...document.querySelectorAll(['img', 'iframe', 'object', 'embed', 'base', 'form', 'x-evil', 'template',
            'textarea', '[href^=javascript]'])]
            .map(element => element.outerHTML.slice(0, 100))",
    );
    assert_eq!(foreign, [""; 0], "{what}: a text became an element");
    let counts: (usize, usize) = tab.ask("[document.scripts.length, document.querySelectorAll('style').length]");
    assert_eq!(counts, (2, 1), "{what}: the page's own data, script and style");
    let handlers: Vec<String> = tab.ask(
        "[...document.querySelectorAll('*')].flatMap(element => [...element.attributes]
            .filter(attribute => attribute.name.startsWith('on')).map(() => element.outerHTML.slice(0, 100)))",
    );
    assert_eq!(handlers, [""; 0], "{what}: a text became a handler");
}

#[test]
fn hostile_texts_stay_texts_whatever_is_done_to_the_page() {
    let folder = hostile_page();
    let Some(tab) = trap() else { return };
    tab.go(&address(&folder, "report.html"));
    tab.settle();
    assert_nothing_ran(&tab, "open");
    let text: String = tab.ask("document.body.innerText");
    for hostile in ["<img src=x onerror=hacked()>", "</script><script>hacked()</script>"] {
        assert!(text.contains(hostile), "it is shown as what it is: {hostile}");
    }
    // The numbers of every bar are shown, every switch is switched, every column sorted, everything unfolded.
    let bars: Vec<i64> = tab.ask(
        "[...document.querySelectorAll('#timeline-drawing [data-window]')].filter(bar => bar.dataset.errors !== '0')
            .map(bar => Number(bar.dataset.window))",
    );
    assert_eq!(bars.len(), 3, "reasons, details, channels: a quarter of an hour each");
    for bar in bars {
        tab.point(place(&tab, bar));
        assert!(tab.ask::<bool>("document.getElementById('tip').checkVisibility()"));
        assert_nothing_ran(&tab, "numbers of a bar");
    }
    tab.run(
        "for (const part of document.querySelectorAll('details')) part.open = true;
         for (const button of [...document.querySelectorAll('.sort, .copy')]) { button.click(); button.click(); }
         for (const toggle of document.querySelectorAll('[data-toggle]')) toggle.click();",
    );
    tab.settle();
    assert_nothing_ran(&tab, "switches");
    assert_eq!(Numbers::shown(&tab).total(), 0, "every reason can be switched off");
    // The names are in the address now, and come back from it.
    let fragment: String = tab.ask("location.hash");
    assert_quiet(&tab, &address(&folder, "report.html"));
    let Some(other) = trap() else { return };
    other.go(&format!("{}{fragment}", address(&folder, "report.html")));
    other.settle();
    assert_eq!(Numbers::shown(&other).total(), 0);
    assert_nothing_ran(&other, "address");
    assert_quiet(&other, &address(&folder, "report.html"));
}

#[test]
fn a_hostile_address_runs_nothing() {
    let folder = hostile_page();
    let page = address(&folder, "report.html");
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let fragments: Vec<String> = HOSTILE
        .iter()
        .flat_map(|text| [encoded(text), text.replace(' ', "%20")])
        .flat_map(|text| [format!("off={text}&channel={text}&from={text}&to={text}"), text])
        .collect();
    // All of them in the address of a page that opens, then one after another while it stands.
    let Some(tab) = trap() else { return };
    tab.go(&format!("{page}#{}", fragments.join("&")));
    tab.settle();
    assert_nothing_ran(&tab, "all");
    for fragment in &fragments {
        tab.go(&format!("{page}#{fragment}"));
        tab.settle();
        assert_nothing_ran(&tab, fragment);
        assert_eq!(tab.complaints(), [""; 0], "{fragment}");
    }
}

#[test]
fn the_policy_stops_what_is_not_the_pages_own() {
    let folder = hostile_page();
    let Some(tab) = trap() else { return };
    tab.go(&address(&folder, "report.html"));
    // Even if a text did become an element: no script, no handler, no picture from elsewhere.
    tab.ask::<Value>(
        "(async () => {
            const blocked = [];
            document.addEventListener('securitypolicyviolation', event => blocked.push(event.effectiveDirective));
            const script = document.createElement('script');
            script.textContent = 'hacked()';
            const image = new Image();
            image.src = 'http://127.0.0.1:9/x.png';
            const handler = document.createElement('p');
            handler.setAttribute('onclick', 'hacked()');
            document.body.append(script, image, handler);
            handler.click();
            try { await fetch('http://127.0.0.1:9/'); } catch {}
            await new Promise(done => setTimeout(done, 100));
            window.blocked = blocked;
        })()",
    );
    assert_eq!(tab.ask::<u32>("window.hits"), 0);
    let mut blocked: Vec<String> = tab.ask("window.blocked");
    blocked.sort();
    assert_eq!(blocked, ["connect-src", "img-src", "script-src-attr", "script-src-elem"]);
}
