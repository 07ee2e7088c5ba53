//! What `--help` and its relatives print, from the table.

use super::table::{EXTRA, OPTION_VARIABLES, OPTIONS, Print, VARIABLES};
use std::fmt::Write;

/// The first line, and the whole of a usage error but its reason.
pub(super) fn usage_line(program: &str) -> String {
    format!("usage: {program} [option] ... [-c cmd | -m mod | file | -] [arg] ...\n")
}

/// The whole text of an option that prints.
pub(super) fn text(what: Print, program: &str) -> String {
    match what {
        Print::Help => options(program),
        Print::Environment => variables(),
        Print::Extra => extra(),
        Print::All => format!("{}\n{}\n{}", options(program), variables(), extra()),
        Print::Version => String::new(),
    }
}

/// Adds the words of `help` to the line that is begun, and goes on in new lines at `column` before the 80th.
fn fill(out: &mut String, help: &[&str], column: usize) {
    let mut width = out.len() - out.rfind('\n').map_or(0, |newline| newline + 1);
    for word in help.iter().flat_map(|line| line.split(' ')) {
        if width > column && width + 1 + word.len() > 79 {
            let _ = write!(out, "\n{:column$}{word}", "");
            width = column + word.len();
        } else {
            let space = if out.ends_with(' ') { "" } else { " " };
            let _ = write!(out, "{space}{word}");
            width += space.len() + word.len();
        }
    }
    out.push('\n');
}

/// Writes an item: its name, a colon, and its help, all lines of which begin at the same column.
fn item(out: &mut String, name: &str, column: usize, help: &[&str]) {
    if name.ends_with(':') {
        let _ = write!(out, "{name}\n{:column$}", "");
    } else {
        let _ = write!(out, "{name:<width$}: ", width = column.saturating_sub(2));
    }
    fill(out, help, column);
}

fn options(program: &str) -> String {
    let mut out = usage_line(program);
    out.push_str("Options (and corresponding environment variables):\n");
    for choice in OPTIONS.iter().filter(|choice| !choice.shown.is_empty()) {
        item(&mut out, choice.shown, 9, choice.help);
    }
    out.push_str("\nArguments:\n");
    item(&mut out, "file", 9, &["the program"]);
    item(
        &mut out,
        "-",
        9,
        &["the program comes from standard input (the default; with a", "terminal it is a prompt)"],
    );
    item(&mut out, "arg ...", 9, &["the program's arguments, sys.argv[1:]"]);
    out
}

fn extra() -> String {
    let mut out = String::from("The following implementation-specific options are available:\n");
    for option in EXTRA {
        let _ = write!(out, "-X {}: ", option.shown);
        fill(&mut out, option.help, 9);
    }
    out
}

fn variables() -> String {
    let mut out = String::from("Environment variables that change behavior:\n");
    for variable in VARIABLES {
        let _ = write!(out, "{:<16}: ", variable.shown);
        fill(&mut out, variable.help, 18);
    }
    out.push_str("\nThese variables have equivalent command-line options (see --help for details):\n");
    for variable in OPTION_VARIABLES {
        let _ = write!(out, "{:<16}: ", variable.shown);
        fill(&mut out, variable.help, 18);
    }
    out
}
