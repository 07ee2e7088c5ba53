//! Developer commands, run as `cargo xtask COMMAND`.
//!
//! Each command is one module with a `run(args)` function and one row in [`COMMANDS`]; nothing else names it.
//! A command returns the process's exit code, and prints what failed itself.

use std::process::ExitCode;

mod arguments;
mod bench;
mod bytecode;
mod cjk;
mod conformance;
mod explain;
mod front_end;
mod observed;
mod places;
mod process;
mod programs;
mod robustness;
mod snippets;
mod syntax;
mod test;
mod unicode;
mod unicode_names;

/// One developer command: its name, a line of help, and its body.
struct Command {
    name: &'static str,
    help: &'static str,
    run: fn(&[String]) -> ExitCode,
}

/// Every command, in the order in which `--help` lists them. To add one: a module with `run`, and a row here.
const COMMANDS: &[Command] = &[
    Command { name: "test", help: "run every check; the last line counts the tests", run: test::run },
    Command {
        name: "bench",
        help: "time benchmarks/ under Taipan and other Pythons, as ratios",
        run: bench::run,
    },
    Command {
        name: "bytecode",
        help: "compare compiled code with the reference's (--python PATH)",
        run: bytecode::run,
    },
    Command {
        name: "cjk",
        help: "write the tables of the CJK codecs of crates/text (--python PATH)",
        run: cjk::run,
    },
    Command {
        name: "conformance",
        help: "run CPython's own tests under both, and compare test by test",
        run: conformance::run,
    },
    Command {
        name: "explain",
        help: "run examples/explain with --explain and try the pages in a browser",
        run: explain::run,
    },
    Command {
        name: "programs",
        help: "run tests/programs and compare with what was recorded",
        run: programs::run,
    },
    Command {
        name: "robustness",
        help: "damage a compiled program in many ways and run each",
        run: robustness::run,
    },
    Command {
        name: "snippets",
        help: "run tests/snippets and compare with what was recorded",
        run: snippets::run,
    },
    Command {
        name: "syntax",
        help: "compare trees and syntax errors with the reference's (--python PATH)",
        run: syntax::run,
    },
    Command {
        name: "unicode",
        help: "write the Unicode tables of crates/text (--python PATH)",
        run: unicode::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = arguments.split_first() else {
        print_help();
        return ExitCode::from(2);
    };
    if matches!(name.as_str(), "--help" | "-h" | "help") {
        print_help();
        return ExitCode::SUCCESS;
    }
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => (command.run)(rest),
        None => {
            eprintln!("xtask: no command {name:?}");
            print_help();
            ExitCode::from(2)
        }
    }
}

fn print_help() {
    println!("usage: cargo xtask COMMAND [arguments]\n\nCommands:");
    for command in COMMANDS {
        println!("  {:<14} {}", command.name, command.help);
    }
    println!("\n`cargo xtask COMMAND --help` explains one of them.");
}
