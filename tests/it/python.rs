//! Python with packages from PyPI: independent readers of what errstat writes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::Mutex,
};

/// The environments are made one after the other.
static MAKING: Mutex<()> = Mutex::new(());

/// The interpreter of a virtual environment that has these packages (as pip names them, with versions).
///
/// It is made once and lies in cargo's folder for tests.
pub fn with(packages: &[&str]) -> PathBuf {
    let _guard = MAKING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let name: String = packages.join("-").chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("python-{name}"));
    let python = folder.join("bin/python");
    let made = folder.join("made");
    if made.is_file() && run(&python, &["-c", ""]).is_ok() {
        return python;
    }
    let _ = fs::remove_dir_all(&folder);
    let place = folder.to_str().expect("a path in UTF-8");
    if run(Path::new("python3"), &["-m", "venv", place]).is_err() {
        // Debian has the module in a package of its own.
        for arguments in
            [&["-q", "update"][..], &["-qy", "install", "--no-install-recommends", "python3", "python3-venv"]]
        {
            told(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"));
        }
        let _ = fs::remove_dir_all(&folder);
        told(Command::new("python3").args(["-m", "venv", place]));
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"];
    told(Command::new(&python).args(pip).args(packages));
    fs::write(made, "").expect("a file");
    python
}

fn run(program: &Path, arguments: &[&str]) -> Result<Output, String> {
    let output =
        Command::new(program).args(arguments).stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if output.status.success() { Ok(output) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

fn told(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
