//! `cargo xtask explain`: the page of `--explain`, tried in a browser.
//!
//! Each program of `examples/explain` (and some made here: an exception, `os._exit`, hostile values, an endless loop that is
//! interrupted) is run with `--explain`. It must print what it prints without, and its page must do in headless Chromium what
//! `check.js` tries, at the width of a desk and of a telephone. Without Chromium only the first half is done.

use crate::arguments::Arguments;
use crate::observed::Scratch;
use crate::{places, process};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;
use std::{fs, io};

const HELP: &str = "usage: cargo xtask explain [--taipan BIN] [--browser BIN] [--keep DIR] [names…]

Runs examples/explain/*.py with --explain and tries the pages in headless Chromium (skipped, with a message, where there is none).";

/// What the page's own trial prints where nothing is wrong.
const GOOD: &str = "<pre id=\"checked\">good</pre>";
/// Programs that end in uncommon ways: name, text.
const UNCOMMON: &[(&str, &str)] = &[
    ("os_exit", "import os\nx = [1, 2]\nprint('before', flush=True)\nos._exit(4)\n"),
    ("raises", "def f(n):\n    return n / 0\n\nf(1)\n"),
    ("syntax_error", "x = (1,\n"),
    (
        "hostile",
        "class Angry:\n    def __repr__(self):\n        raise ValueError\nclass Endless:\n    def __repr__(self):\n        while True:\n            pass\n\
         a = '</script><script>document.title = 1</script><!--'\nb = '\\x00\\x1b[31m\\ud800'\nc = 'x' * 1000000\nd, e = Angry(), Endless()\n\
         f = []\nf.append(f)\ng = 1 << 100000\nprint(len(c))\n",
    ),
    (
        "interrupted",
        "import os, signal\nfor n in range(100000):\n    if n == 3000:\n        os.kill(os.getpid(), signal.SIGINT)\n",
    ),
    ("long_run", "total = 0\nfor n in range(30000):\n    total += n * n\nprint(total)\n"),
];
/// Widths of the window.
const WIDTHS: [u32; 2] = [1280, 390];
const LIMIT: Duration = Duration::from_secs(90);

/// Runs the command.
pub fn run(arguments: &[String]) -> ExitCode {
    let mut arguments = Arguments::new(arguments);
    if arguments.switch("--help") {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let (taipan, browser) = (arguments.value("--taipan"), arguments.value("--browser"));
    let Some(names) = arguments.rest() else { return ExitCode::from(2) };
    let Some(taipan) = places::taipan(taipan.as_deref()) else {
        eprintln!("xtask explain: no interpreter found (see --help)");
        return ExitCode::from(2);
    };
    match check(&taipan, browser.as_deref().map(Path::new), &names) {
        Ok((passed, failed)) => {
            println!("explain: {passed} passed, {failed} failed");
            ExitCode::from(u8::from(failed > 0))
        }
        Err(error) => {
            eprintln!("xtask explain: {error}");
            ExitCode::from(2)
        }
    }
}

/// Runs the programs and tries their pages: how many passed and failed.
///
/// # Errors
/// Those of the file system.
pub fn check(taipan: &Path, browser: Option<&Path>, names: &[String]) -> io::Result<(usize, usize)> {
    let browser = browser.map(Path::to_owned).or_else(find_browser);
    if browser.is_none() {
        println!("explain: the pages are not tried, because there is no Chromium");
    }
    let scratch = Scratch::new("explain")?;
    let mut programs = Vec::new();
    for entry in fs::read_dir(places::root().join("examples/explain"))? {
        let path = entry?.path();
        let copy = scratch.0.join(path.file_name().unwrap_or_default());
        fs::copy(&path, &copy)?;
        if path.extension().is_some_and(|extension| extension == "py") && !path.ends_with("greeting.py") {
            programs.push(copy);
        }
    }
    for (name, text) in UNCOMMON {
        let path = scratch.0.join(format!("{name}.py"));
        fs::write(&path, text)?;
        programs.push(path);
    }
    programs.sort();
    let (mut passed, mut failed) = (0, 0);
    for program in programs {
        let name = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if !names.is_empty() && !names.contains(&name) {
            continue;
        }
        match one(taipan, browser.as_deref(), &program) {
            Ok(()) => passed += 1,
            Err(why) => {
                failed += 1;
                println!("explain: {name}: {why}");
            }
        }
    }
    Ok((passed, failed))
}

/// The browser, under one of the names that it has.
fn find_browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    std::env::split_paths(&path)
        .find_map(|folder| names.map(|name| folder.join(name)).into_iter().find(|p| p.is_file()))
}

fn one(taipan: &Path, browser: Option<&Path>, program: &Path) -> Result<(), String> {
    let folder = program.parent().unwrap_or(Path::new("."));
    let page = program.with_extension("html");
    let run = |explain: Option<String>| {
        let mut command = Command::new(taipan);
        command.args(explain).arg(program).current_dir(folder).env("PYTHONDONTWRITEBYTECODE", "1");
        process::run(&mut command, b"", LIMIT).map_err(|error| error.to_string())
    };
    let plain = run(None)?;
    let explained = run(Some(format!("--explain={}", page.display())))?;
    if (plain.status, &plain.output) != (explained.status, &explained.output) {
        return Err(format!(
            "ends or prints otherwise when it is recorded (status {} and {})",
            plain.status, explained.status
        ));
    }
    let html = fs::read_to_string(&page).map_err(|error| format!("no page: {error}"))?;
    if html.len() > 15 << 20 {
        return Err(format!("the page has {} bytes", html.len()));
    }
    let Some(browser) = browser else { return Ok(()) };
    let tried = page.with_extension("tried.html");
    let with_check =
        html.replace("</body>", &format!("<script>{}</script></body>", include_str!("check.js")));
    fs::write(&tried, with_check).map_err(|error| error.to_string())?;
    WIDTHS.iter().try_for_each(|width| try_page(browser, &tried, *width))
}

fn try_page(browser: &Path, page: &Path, width: u32) -> Result<(), String> {
    let mut command = Command::new(browser);
    command
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", "--dump-dom"])
        .args(["--enable-logging=stderr", "--v=0"])
        .arg(format!("--window-size={width},900"))
        .arg(format!("--user-data-dir={}", page.with_extension("profile").display()))
        .arg(format!("file://{}", page.display()));
    let outcome = process::run(&mut command, b"", LIMIT).map_err(|error| error.to_string())?;
    let document = String::from_utf8_lossy(&outcome.output);
    let log = String::from_utf8_lossy(&outcome.error);
    if let Some(line) = log.lines().find(|line| line.contains("CONSOLE")) {
        return Err(format!("the console says: {line}"));
    }
    if document.contains(GOOD) {
        return Ok(());
    }
    let found = document.split_once("<pre id=\"checked\">").and_then(|(_, rest)| rest.split_once("</pre>"));
    Err(format!("at {width} pixels: {}", found.map_or("the trial did not end", |(text, _)| text)))
}
