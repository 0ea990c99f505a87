//! Programs that tests need beside errstat: found, installed where this runs as root on Debian, or else the test is
//! skipped.
//!
//! ```ignore
//! let Some(git) = tools::GIT.get() else { return };
//! ```
//!
//! A skipped test says why on standard error. Where the environment variable CI is set it fails instead, with the same
//! sentence: what is missing there would be missed by nobody.

use std::{
    collections::BTreeSet,
    env,
    ffi::OsStr,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, OnceLock, PoisonError},
    thread,
};

/// A program, Python with some packages, or packages for Node.js.
pub struct Tool {
    /// Names or paths that it goes by.
    names: &'static [&'static str],
    /// Arguments with which it ends well, where it is what is needed.
    probe: &'static [&'static str],
    /// The environment variable that says where it is instead.
    variable: Option<&'static str>,
    /// The Debian packages that bring it.
    debian: &'static [&'static str],
    /// What it needs from a registry, as pip or npm names it.
    packages: &'static [&'static str],
    /// Makes a folder with them, and says what is to be used of it.
    make: fn(&[&str], &Path) -> Result<PathBuf, String>,
    found: OnceLock<Result<PathBuf, String>>,
}

pub static CHROMIUM: Tool = Tool {
    names: &[
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "chrome",
        "/snap/bin/chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ],
    probe: &["--version"],
    variable: Some("CHROMIUM"),
    debian: &["chromium"],
    packages: &[],
    make: environment,
    found: OnceLock::new(),
};
pub static APACHE: Tool = Tool::program(&["/usr/sbin/apache2", "apache2", "httpd"], &["-v"], &["apache2-bin"]);
pub static CADDY: Tool = Tool::program(&["caddy"], &["version"], &["caddy"]);
pub static CURL: Tool = Tool::program(&["curl"], &["--version"], &["curl"]);
pub static NODE: Tool = Tool::program(&["node"], &["--version"], &["nodejs"]);
static NPM: Tool = Tool::program(&["npm"], &["--version"], &["npm"]);
pub static GIT: Tool = Tool::program(&["git"], &["--version"], &["git"]);
pub static HAPROXY: Tool = Tool::program(&["/usr/sbin/haproxy", "haproxy"], &["-v"], &["haproxy"]);
pub static JAVA: Tool = Tool::program(&["java"], &["--version"], &["default-jre-headless"]);
pub static NGINX: Tool = Tool::program(&["/usr/sbin/nginx", "nginx"], &["-v"], &["nginx"]);
/// Reads workbooks as Excel does.
pub static LIBREOFFICE: Tool = Tool::program(&["soffice"], &["--version"], &["libreoffice-calc"]);
pub static PYTHON: Tool =
    Tool::program(&["python3"], &["-c", "import zoneinfo; zoneinfo.ZoneInfo('Asia/Tokyo')"], &["python3", "tzdata"]);
pub static JQ: Tool = Tool::program(&["jq"], &["--version"], &["jq"]);
/// Gives a program a terminal.
pub static SCRIPT: Tool = Tool::program(&["script"], &["-qec", "true", "/dev/null"], &["bsdutils"]);
/// Debian has the modules for virtual environments in a package of their own.
static VENV: Tool = Tool::program(&["python3"], &["-c", "import ensurepip, venv"], &["python3", "python3-venv"]);

pub static DUCKDB: Tool = Tool::python(&["duckdb==2.0.0"]);
pub static JSONSCHEMA: Tool = Tool::python(&["jsonschema==4.25.1"]);
/// The models of Slack and LINE.
pub static MESSAGES: Tool = Tool::python(&["line-bot-sdk==3.27.0", "slack_sdk==3.48.0"]);
pub static PROMETHEUS: Tool = Tool::python(&["prometheus_client==0.26.0"]);
pub static PYSPARK: Tool = Tool::python(&["pyspark==4.3.0"]);
pub static PYYAML: Tool = Tool::python(&["PyYAML==6.0.3"]);
pub static WORKBOOKS: Tool = Tool::python(&["odfpy==1.4.1", "openpyxl==3.1.5", "xlwt==1.3.0"]);
/// The folder in which Node.js finds the parser of Adaptive Cards, a builder of Discord's messages, and Markdown.
pub static CARDS: Tool = Tool::node(&["@discordjs/builders@1.15.0", "adaptivecards@3.0.6", "markdown-it@14.1.0"]);

impl Tool {
    const fn program(
        names: &'static [&'static str],
        probe: &'static [&'static str],
        debian: &'static [&'static str],
    ) -> Tool {
        Tool { names, probe, variable: None, debian, packages: &[], make: environment, found: OnceLock::new() }
    }

    const fn python(packages: &'static [&'static str]) -> Tool {
        Tool::packed(packages, environment)
    }

    const fn node(packages: &'static [&'static str]) -> Tool {
        Tool::packed(packages, modules)
    }

    const fn packed(packages: &'static [&'static str], make: fn(&[&str], &Path) -> Result<PathBuf, String>) -> Tool {
        Tool { names: &[], probe: &[], variable: None, debian: &[], packages, make, found: OnceLock::new() }
    }

    /// How to start it; for Python with packages its interpreter, for Node.js the folder of the packages. Without it, the test has been [`skipped`].
    pub fn get(&self) -> Option<&Path> {
        self.found().map_err(skipped).ok()
    }

    fn found(&self) -> Result<&Path, &str> {
        let found = self.found.get_or_init(|| match self.packages {
            [] => self.installed(),
            packages => kept(packages, self.make),
        });
        found.as_deref().map_err(String::as_str)
    }

    fn installed(&self) -> Result<PathBuf, String> {
        if let Some((variable, path)) = self.variable.and_then(|name| Some((name, env::var_os(name)?))) {
            let works = succeeds(Command::new(&path).args(self.probe));
            return works.map(|()| PathBuf::from(&path)).map_err(|why| format!("{variable}={}: {why}", path.display()));
        }
        let works = |name: &&&str| succeeds(Command::new(name).args(self.probe)).is_ok();
        let there = || self.names.iter().find(works).map(PathBuf::from);
        there().map_or_else(
            || {
                let missing = |why: &str| {
                    let or = self.variable.map_or(String::new(), |name| format!(", or say where it is by {name}"));
                    let (name, packages) = (self.names[0], self.debian.join(" "));
                    format!("{name} is needed; install it (Debian, Ubuntu: apt-get install {packages}){or}. {why}")
                };
                install(self.debian).map_err(|why| missing(&why))?;
                there().ok_or_else(|| missing("The packages are installed, and still it does not run."))
            },
            Ok,
        )
    }
}

/// Says that the test that calls this cannot be run, and why; in CI this is its failure.
pub fn skipped(why: &str) {
    assert!(env::var_os("CI").is_none_or(|value| value.is_empty()), "{why}");
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let sentence = format!("skipped: {}: {why}", thread::current().name().unwrap_or("a test"));
    // Once for a test, however often it asks, and not by a macro: what those print is kept until a test fails.
    if SAID.lock().unwrap_or_else(PoisonError::into_inner).insert(sentence.clone()) {
        let _ = writeln!(io::stderr(), "{sentence}");
    }
}

/// Runs a command that needs nobody; the last line that it says on standard error is why it failed.
fn succeeds(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().lines().last().unwrap_or("it says nothing").to_owned())
}

/// Installs Debian packages, where root asks.
fn install(packages: &[&str]) -> Result<(), String> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    if !root {
        return Err("(Run by root, the tests install it themselves.)".to_owned());
    }
    let _ = writeln!(io::stderr(), "The tests need {}: installing with apt-get.", packages.join(" "));
    for arguments in [&["update"][..], &[&["install", "-y", "--no-install-recommends"], packages].concat()] {
        let mut apt = Command::new("apt-get");
        apt.args(["-q", "-o", "DPkg::Lock::Timeout=300"]).args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        // No service is started: the tests start the programs themselves.
        apt.env("RUNLEVEL", "1");
        succeeds(&mut apt).map_err(|why| format!("(apt-get {}: {why})", arguments.join(" ")))?;
    }
    Ok(())
}

/// What is made once of some packages, and lies in cargo's folder for tests.
fn kept(packages: &[&str], make: fn(&[&str], &Path) -> Result<PathBuf, String>) -> Result<PathBuf, String> {
    let name: String = packages.join("-").chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("packages-{name}"));
    let made = folder.join("made");
    // Tests may run more than once at a time.
    let lock = fs::File::create(folder.with_extension("lock")).map_err(|error| error.to_string())?;
    lock.lock().map_err(|error| error.to_string())?;
    if let Some(found) = fs::read_to_string(&made).ok().map(PathBuf::from).filter(|found| found.exists()) {
        return Ok(found);
    }
    let make = || {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let found = make(packages, &folder)?;
        fs::write(&made, found.as_os_str().as_encoded_bytes()).map_err(|error| error.to_string())?;
        Ok(found)
    };
    make().map_err(|why: String| format!("{} are needed: {why}", packages.join(" ")))
}

/// The interpreter of a virtual environment with packages from PyPI.
fn environment(packages: &[&str], folder: &Path) -> Result<PathBuf, String> {
    let python = folder.join("bin/python");
    succeeds(Command::new(VENV.found()?).args([OsStr::new("-m"), OsStr::new("venv"), folder.as_os_str()]))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"];
    succeeds(Command::new(&python).args(pip).args(packages))?;
    Ok(python)
}

/// The folder with packages from npm.
fn modules(packages: &[&str], folder: &Path) -> Result<PathBuf, String> {
    let npm = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"];
    succeeds(Command::new(NPM.found()?).args(npm).arg(folder).args(packages))?;
    Ok(folder.to_owned())
}
